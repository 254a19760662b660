{#- What is legal item by item but makes no sense together in one value, by the `check` of its rule. -#}
{% macro check_together(value, check, monitor, where, mistakes) %}
    {%- if check == 'sides' -%}
        {%- if not value -%}
            {%- do mlmon.add_mistake(mistakes, monitor, where, "has neither direction; say 'above', 'below' or both") -%}
        {%- elif value | length == 2 and value.above < value.below -%}
            {%- do mlmon.add_mistake(mistakes, monitor, where, "is above " ~ value.above ~ " and below " ~ value.below ~ ": every value would breach it") -%}
        {%- endif -%}
    {%- elif check == 'period' -%}
        {%- if mlmon.moment(value.start) >= mlmon.moment(value.end) -%}
            {%- do mlmon.add_mistake(mistakes, monitor, where ~ '.start', "is " ~ mlmon.moment(value.start) ~ ", which is not before its end, " ~ mlmon.moment(value.end) ~ "; the period is [start, end)") -%}
        {%- endif -%}
    {%- elif check == 'holidays' -%}
        {%- set days = mlmon.holiday_days(value) -%}
        {%- for day in days | unique if days | select('equalto', day) | list | length > 1 -%}{%- do mlmon.add_mistake(mistakes, monitor, where, "names " ~ day[:10] ~ " twice") -%}{%- endfor -%}
    {%- elif check == 'one_baseline' -%}
        {%- if value | length > 1 -%}
            {%- do mlmon.add_mistake(mistakes, monitor, where, "names " ~ value | length ~ " baselines in one mapping; of several, make a list: [" ~ value | join(': …, ') ~ ": …]") -%}
        {%- endif -%}
    {%- elif check == 'quiet_hours' -%}
        {%- if ('from' in value) != ('to' in value) -%}
            {%- do mlmon.add_mistake(mistakes, monitor, where, "has only one of 'from' and 'to'; give both") -%}
        {%- elif 'from' not in value and 'days' not in value -%}
            {%- do mlmon.add_mistake(mistakes, monitor, where, "names no time; give 'from' and 'to', or 'days'") -%}
        {%- elif 'from' in value and value['from'] == value['to'] -%}
            {%- do mlmon.add_mistake(mistakes, monitor, where, "begins and ends at " ~ value['from'] ~ "; give two different times, or whole 'days'") -%}
        {%- endif -%}
    {%- elif check == 'kpis' -%}
        {%- set names = value | map(attribute='name') | list -%}
        {%- for name in names | unique if name == 'business_value' or names | select('equalto', name) | list | length > 1 -%}
            {%- do mlmon.add_mistake(mistakes, monitor, where, "has a KPI 'business_value', the name that mlmon gives to what `value` yields; choose another" if name == 'business_value'
                else "names the KPI '" ~ name ~ "' twice") -%}
        {%- endfor -%}
    {%- endif -%}
{% endmacro %}


{#- What is legal key by key but makes no sense together, in the whole block. -#}
{% macro check_meaning(spec, monitor, mistakes) %}
    {%- set reference = spec.get('reference') -%}
    {%- if reference is mapping -%}
        {%- if reference.get('relation') and (reference.get('start') or reference.get('end')) -%}
            {%- do mlmon.add_mistake(mistakes, monitor, 'reference', "has both a period and a relation; choose one") -%}
        {%- elif not reference.get('relation') -%}
            {%- for key in ['start', 'end'] if not reference.get(key) -%}
                {%- do mlmon.add_mistake(mistakes, monitor, 'reference.' ~ key, "is missing; a reference is a period [start, end) of the log, or a relation") -%}
            {%- endfor -%}
            {%- if reference.get('start') and reference.get('end') and mlmon.moment(reference.start) >= mlmon.moment(reference.end) -%}
                {%- do mlmon.add_mistake(mistakes, monitor, 'reference.start', "is " ~ mlmon.moment(reference.start) ~ ", which is not before reference.end, "
                    ~ mlmon.moment(reference.end) ~ "; the period is [start, end)") -%}
            {%- elif reference.get('start') and reference.get('end')
                    and not mlmon.without_ranges(mlmon.moment(reference.start), mlmon.moment(reference.end), mlmon.excluded_periods(reference)) -%}
                {%- do mlmon.add_mistake(mistakes, monitor, 'reference.exclude', "leaves nothing of the reference, " ~ mlmon.moment(reference.start) ~ " to " ~ mlmon.moment(reference.end)) -%}
            {%- endif -%}
        {%- endif -%}
    {%- endif -%}
    {%- set window = spec.get('window', 'day') -%}
    {%- for item in mlmon.listed(spec.get('baseline')) if item is mapping and 'seasonal' in item -%}
        {%- if mlmon.windows_in_period(item.seasonal.period, window) is none -%}
            {%- do mlmon.add_mistake(mistakes, monitor, 'baseline.seasonal.period', "is '" ~ item.seasonal.period ~ "', which is no whole number of windows of a " ~ window
                ~ ("; expected months or years" if window == 'month' else "; expected hours, days or weeks that are whole windows (for a year, 52 weeks)")) -%}
        {%- elif mlmon.seasonal_span(item.seasonal, window).reach > 1000 -%}
            {%- do mlmon.add_mistake(mistakes, monitor, 'baseline.seasonal', "reaches back " ~ mlmon.seasonal_span(item.seasonal, window).reach ~ " windows; expected at most 1000") -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if spec.get('holidays') and window not in ['hour', 'day'] -%}
        {%- do mlmon.add_mistake(mistakes, monitor, 'holidays', "are days, and windows are by " ~ window ~ "; expected window: day or hour, or no holidays") -%}
    {%- endif -%}
    {%- if 'previous_version' in mlmon.listed(spec.get('baseline')) and not (spec.get('predictions') or {}).get('version') -%}
        {%- do mlmon.add_mistake(mistakes, monitor, 'baseline', "names previous_version, and the monitor knows no versions; add predictions.version, the column that has them") -%}
    {%- endif -%}
    {%- set features = spec.get('features') or {} -%}
    {%- for name in features.get('numeric') or [] if name in (features.get('categorical') or []) -%}
        {%- do mlmon.add_mistake(mistakes, monitor, 'features', "names '" ~ name ~ "' as numeric and as categorical; choose one") -%}
    {%- endfor -%}
    {%- set pairs, numeric = [], features.get('numeric') or [] -%}
    {%- for pair in features.get('pairs') or [] if features.pairs is not string -%}
        {%- set where, named = 'features.pairs[' ~ loop.index0 ~ ']', '[' ~ pair | join(', ') ~ ']' -%}
        {%- for name in pair | unique if name not in numeric -%}
            {%- do mlmon.add_mistake(mistakes, monitor, where, "names '" ~ name ~ "', which is not in features.numeric" ~ mlmon.suggestion(name, numeric)) -%}
        {%- endfor -%}
        {%- if pair | length != 2 or pair | unique | list | length != 2 -%}
            {%- do mlmon.add_mistake(mistakes, monitor, where, "is " ~ named ~ "; expected two different numeric features, such as [age, balance]") -%}
        {%- elif pair | sort in pairs -%}
            {%- do mlmon.add_mistake(mistakes, monitor, where, "is " ~ named ~ ", a pair that is named twice") -%}
        {%- endif -%}
        {%- do pairs.append(pair | sort) -%}
    {%- endfor -%}
    {%- set kpi_names = [] -%}
    {%- for kpi in spec.get('kpis') or [] -%}{%- do kpi_names.append(kpi.name) -%}{%- endfor -%}
    {%- if spec.get('value') -%}{%- do kpi_names.append('business_value') -%}{%- endif -%}
    {%- do mlmon.check_thresholds(spec, monitor, kpi_names, mistakes) -%}
    {%- set metrics = (spec.get('verdicts') or {}).get('metrics') or {} -%}
    {%- set judged = mlmon.verdict_names(kpi_names) -%}
    {%- for metric, parameters in metrics.items() -%}
        {%- if metric not in judged -%}
            {%- do mlmon.add_mistake(mistakes, monitor, 'verdicts.metrics.' ~ metric, "is not a metric with a default verdict, a family, or a KPI of this monitor"
                ~ mlmon.suggestion(metric, judged)) -%}
        {%- elif parameters.get('warn') is number and parameters.get('error') is number -%}
            {#- the two bounds of a ratio lie below 1, the graver one lower; all others are sizes of a change -#}
            {%- set is_bound = mlmon.is_judged_by_bound(metric, kpi_names) -%}
            {%- if (is_bound and parameters.error > parameters.warn) or (not is_bound and parameters.error < parameters.warn) -%}
                {%- do mlmon.add_mistake(mistakes, monitor, 'verdicts.metrics.' ~ metric ~ '.error', "is " ~ parameters.error ~ ", which is "
                    ~ ('above' if is_bound else 'below') ~ " warn, " ~ parameters.warn ~ "; an error is the more severe of the two") -%}
            {%- endif -%}
        {%- endif -%}
    {%- endfor -%}
    {%- do mlmon.check_alert_subjects(spec, monitor, kpi_names, mistakes) -%}
    {%- set fairness = spec.get('fairness') or {} -%}
    {%- for attribute in (fairness.get('reference_group') or {}) if attribute not in (fairness.get('attributes') or []) -%}
        {%- do mlmon.add_mistake(mistakes, monitor, 'fairness.reference_group.' ~ attribute, "is not one of fairness.attributes"
            ~ mlmon.suggestion(attribute, fairness.get('attributes') or [])) -%}
    {%- endfor -%}
    {%- for key in ['kpis', 'value'] if spec.get(key) and not spec.get('labels') -%}
        {%- set needing = namespace(labels=key == 'value') -%}
        {%- for kpi in (spec.kpis if key == 'kpis' else []) if mlmon.kpi_needs_labels(kpi) -%}{%- set needing.labels = true -%}{%- endfor -%}
        {%- if needing.labels -%}
            {%- do mlmon.add_mistake(mistakes, monitor, key, "needs labels, and this monitor has none; add `labels` or leave it out") -%}
        {%- endif -%}
    {%- endfor -%}
{% endmacro %}


{#- What a block says of another task than its own: keys, and metrics that it never has. A default for all monitors may say it.
    `tasks`, `known`: all of them, and all declared metrics. -#}
{% macro check_task(block, task, monitor, mistakes, tasks, known) %}
    {%- set own_metrics, told = mlmon.metrics_of_task(known, task) | map(attribute='metric') | list, [] -%}
    {%- set thresholds, judged = block.get('thresholds') or {}, (block.get('verdicts') or {}).get('metrics') or {} -%}
    {%- for other in tasks if other != task -%}
        {%- for part, keys in tasks[other]['keys'].items() -%}
            {%- set own = tasks[task]['keys'].get(part, {}) -%}
            {%- for key in block.get(part) or {} if key in keys and key not in own and part ~ '.' ~ key not in told -%}
                {%- do told.append(part ~ '.' ~ key) -%}
                {%- do mlmon.add_mistake(mistakes, monitor, part ~ '.' ~ key, "is a key of task '" ~ other ~ "', and this monitor's task is '" ~ task ~ "'; leave it out"
                    ~ (". Legal: " ~ own | join(', ') if own else '')) -%}
            {%- endfor -%}
        {%- endfor -%}
        {%- set metrics = known | selectattr('task', 'equalto', other) | map(attribute='metric') | reject('in', own_metrics) | list -%}
        {%- for where, names in {'thresholds': thresholds, 'verdicts.metrics': judged}.items() -%}
            {%- for name in names if (name | string).split('.')[-1] in metrics and name not in (block.get('kpis') or []) | map(attribute='name') -%}
                {%- do mlmon.add_mistake(mistakes, monitor, where ~ '.' ~ name, "is a metric of task '" ~ other ~ "', and this monitor's task is '" ~ task ~ "'. Legal: "
                    ~ mlmon.metrics_of_task(known | selectattr('task') | list, task) | map(attribute='metric') | unique | join(', ')) -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endfor -%}
{% endmacro %}


{#- Whether what a key of `verdicts.metrics` names is judged by a bound: a metric, or all that are judged of a family. -#}
{% macro is_judged_by_bound(name, kpi_names) %}
    {%- if name in kpi_names -%}{{ return(false) }}{%- endif -%}
    {%- set families = mlmon.metrics_by_family(judged=true) -%}
    {%- set place = {'family': name, 'metric': none} if name in families else mlmon.metric_place(name, families, []) -%}
    {%- set kinds = mlmon.verdict_kinds() -%}
    {%- for metric in mlmon.declared_metrics()[place.family].metrics if metric.verdict and place.metric in (none, metric.metric) and kinds[metric.verdict].against == 'bound' -%}
        {{ return(true) }}
    {%- endfor -%}
    {{ return(false) }}
{% endmacro %}
