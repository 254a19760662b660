{#- What the block `thresholds` names that this monitor does not have or names twice, and bounds whose warning would never apply. -#}
{% macro check_thresholds(spec, monitor, kpi_names, mistakes) %}
    {%- set thresholds, known, kpis = spec.get('thresholds') or {}, {}, spec.get('kpis') or [] -%}
    {%- set legal = mlmon.threshold_names(kpi_names) -%}
    {%- for metric, rule in thresholds.items() -%}
        {%- if metric not in legal -%}
            {%- do mlmon.add_mistake(mistakes, monitor, 'thresholds.' ~ metric, "is not a metric of mlmon or a KPI of this monitor" ~ mlmon.suggestion(metric, mlmon.threshold_names(kpi_names, shortest=true))) -%}
        {%- elif metric in kpi_names and rule is mapping and 'of' in rule -%}
            {%- do mlmon.add_mistake(mistakes, monitor, 'thresholds.' ~ metric ~ '.of', "is below a KPI, which is one subject; write warn and error directly below " ~ metric) -%}
        {%- else -%}
            {%- do known.update({metric: rule}) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set least = mlmon.metrics_with('direction', 'higher_is_better') -%}
    {%- set lower_kpis = kpis | selectattr('better', 'defined') | selectattr('better', 'equalto', 'lower') | map(attribute='name') | list -%}
    {%- set seen = {} -%}
    {%- for entry in mlmon.threshold_entries(known, kpis) -%}
        {%- set where, rule, place = 'thresholds.' ~ entry.key, entry.rule, [entry.family, entry.metric, entry.subject] | join('.') -%}
        {%- if entry.key not in known -%}{%- do mlmon.check_subject(entry, spec, monitor, kpi_names, mistakes) -%}{%- endif -%}
        {%- if place in seen -%}
            {%- do mlmon.add_mistake(mistakes, monitor, where, "judges the same as thresholds." ~ seen[place] ~ "; keep one of the two") -%}
        {%- endif -%}
        {%- do seen.update({place: entry.key}) -%}
        {%- if entry.family == 'value' and not spec.get('value') -%}
            {%- do mlmon.add_mistake(mistakes, monitor, where, "needs `value`, what outcomes are worth, and this monitor has none. Say what each is worth under `value`, or take the threshold out") -%}
        {%- endif -%}
        {%- if rule is mapping and rule.get('warn') is not none and rule.get('error') is not none -%}
            {%- set plain = 'below' if (entry.subject not in lower_kpis if entry.family == 'kpi' else entry.metric in least) else 'above' -%}
            {%- set warn = rule.warn if rule.warn is mapping else {plain: rule.warn} -%}
            {%- set error = rule.error if rule.error is mapping else {plain: rule.error} -%}
            {%- for side in ['above', 'below'] if side in warn and side in error
                    and ((side == 'above' and warn[side] > error[side]) or (side == 'below' and warn[side] < error[side])) -%}
                {%- do mlmon.add_mistake(mistakes, monitor, where, "warns " ~ side ~ " " ~ warn[side] ~ " and is an error " ~ side ~ " " ~ error[side]
                    ~ ": the warning would never apply before the error. Swap the two" ~ ("; a plain number is a " ~ ('least' if plain == 'below' else 'greatest')
                    ~ " value of this metric" if rule.warn is not mapping else '')) -%}
            {%- endfor -%}
        {%- endif -%}
    {%- endfor -%}
{% endmacro %}


{#- Thresholds of a monitor's own block for what it never has, as one for precision where there are no labels -> list of {key, message, fix}. A default for all monitors may
    name what some of them have not. -#}
{% macro idle_thresholds(block) %}
    {%- set idle = [] -%}
    {%- if not block.get('thresholds') -%}{{ return(idle) }}{%- endif -%}
    {%- set spec = mlmon.deep_merge(var('mlmon_defaults', {}) or {}, block) -%}
    {%- for entry in mlmon.threshold_entries(block.thresholds, spec.get('kpis') or []) if entry.rule -%}
        {%- set lacking = [] -%}
        {%- for metric in mlmon.declared_metrics()[entry.family].metrics if metric.metric == entry.metric and (metric.task is none or spec.task in metric.tasks) -%}
            {%- for key in metric.needs + metric.needs_of_task.get(spec.task, []) if not mlmon.says(spec, key) -%}{%- do lacking.append(key) -%}{%- endfor -%}
        {%- endfor -%}
        {%- if lacking -%}
            {%- do idle.append({
                'key': 'thresholds.' ~ entry.key, 'message': 'has nothing to judge: ' ~ entry.metric ~ ' needs `' ~ lacking[0] ~ '`, and this monitor has none',
                'fix': 'Add `' ~ lacking[0] ~ '`, or take the threshold out.'
            }) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(idle) }}
{% endmacro %}


{#- Whether a block says what a metric needs: a key such as `predictions.latency_ms`, or that its list has a value, as in `alerts.on_error: review`. Pairs may be `all` of one
    feature, which is none; what outcomes are worth is a KPI, too. -#}
{% macro says(block, need) %}
    {%- if need == 'features.pairs' -%}{{ return(mlmon.pair_subjects(block) | length > 0) }}{%- endif -%}
    {%- if need == 'kpis' and block.value -%}{{ return(true) }}{%- endif -%}
    {%- set key, value = (need ~ ': ').split(': ')[:2] -%}
    {%- set said = mlmon.at_path(block, key) -%}
    {{ return(value in (said or []) if value else said) }}
{% endmacro %}


{#- What a block says under a key such as `predictions.latency_ms`; none where it says nothing. -#}
{% macro at_path(block, key) %}
    {%- set found = namespace(value=block) -%}
    {%- for part in key.split('.') -%}{%- set found.value = found.value.get(part) if found.value is mapping else none -%}{%- endfor -%}
    {{ return(found.value) }}
{% endmacro %}


{#- A subject that the metric of a threshold does not have. Columns, KPIs and attributes are known from the configuration; of the groups of an attribute, its name. -#}
{% macro check_subject(entry, spec, monitor, kpi_names, mistakes) %}
    {%- set family, subject = entry.family, entry.subject -%}
    {%- set attributes = (spec.get('fairness') or {}).get('attributes') or [] -%}
    {%- set legal = {
        'drift': mlmon.column_subjects(spec) | map(attribute='subject') | list, 'performance': ['model'], 'kpi': kpi_names, 'value': ['model'], 'estimate': ['model'], 'fairness': [], 'correlation': mlmon.pair_subjects(spec),
        'operations': ['review' if entry.metric in mlmon.review_metrics() | map(attribute='metric') else 'log']
    }[family] -%}
    {%- for attribute in attributes if family == 'fairness' -%}{%- do legal.append(attribute ~ '=…') -%}{%- endfor -%}
    {%- if spec.get('task') == 'multiclass' and family == 'performance' and entry.metric in mlmon.class_metrics() | map(attribute='metric') -%}{%- do legal.append('class=…') -%}{%- endif -%}
    {%- set written = subject.split('=')[0] ~ '=…' if family == 'fairness' or 'class=…' in legal and '=' in subject else subject -%}
    {%- if written not in legal -%}
        {%- do mlmon.add_mistake(mistakes, monitor, 'thresholds.' ~ entry.key, "names '" ~ subject ~ "', which is no subject of " ~ entry.metric ~ " in this monitor"
            ~ (mlmon.suggestion(written, legal) if legal else ": it has none")) -%}
    {%- endif -%}
{% endmacro %}
