{#- How ready the logs of each monitor are: keys, times, join rate, scores, reference, freshness. One finding a row; config mistakes are `mlmon_validate`'s. -#}
{% macro mlmon_doctor() %}
    {%- set only = mlmon.run_option('mlmon_only', []) -%}
    {%- set broken = {} -%}
    {%- do broken.update(mlmon.run_option('mlmon_broken', {})) -%}
    {%- set taken, watermarks = mlmon.taken_references(), mlmon.watermark_rows() -%}
    {%- for mistake in mlmon.validate_config() -%}{%- do broken.update({mistake.monitor or '': true}) -%}{%- endfor -%}
    {%- for name in mlmon.gone_monitors() if not only -%}
        {%- do mlmon.finding({'name': name}, 'monitor', 'warn', 'is no longer configured, but the tables still hold its rows',
            'To delete them: mlmon prune --gone. To keep monitoring it, put it back under vars: mlmon_monitors.') -%}
    {%- endfor -%}
    {%- if not broken.get('') and not broken.get('mlmon_defaults') and var('mlmon_monitors', {}) is mapping -%}
        {%- for name, block in (var('mlmon_monitors', {}) or {}).items() if name not in broken and (not only or name in only) -%}
            {%- set spec = mlmon.bind_columns(mlmon.resolve_monitor(name | string, block)) -%}
            {%- for idle in mlmon.idle_thresholds(block) -%}{%- do mlmon.finding(spec, idle.key, 'warn', idle.message, idle.fix) -%}{%- endfor -%}
            {%- do mlmon.examine_monitor(spec) -%}
            {%- do mlmon.examine_changes(spec, taken.get(spec.name), watermarks.get(spec.name)) -%}
        {%- endfor -%}
    {%- endif -%}
{% endmacro %}


{% macro finding(spec, check, level, message, fix='') %}
    {%- do mlmon.print_row({'kind': 'finding', 'level': level, 'monitor': spec.name, 'check': check, 'message': message, 'fix': fix if level != 'ok' else ''}) -%}
{% endmacro %}


{#- What the task of a monitor counts of a log for its findings: columns of a select, each with a comma after it. -#}
{% macro task_finding_counts(spec, log) -%}
    {%- for finding in mlmon.task_rows(spec).findings if finding.log == log %}sum(case when {{ finding.where }} then 1 else 0 end) as n_{{ finding.check | replace(' ', '_') }}, {% endfor %}
{%- endmacro %}


{#- The findings: what is said of none or of all rows is most likely a mistake, and a fault of any. -#}
{% macro task_findings(spec, log, counted) %}
    {%- for finding in mlmon.task_rows(spec).findings if finding.log == log -%}
        {%- set n = counted['n_' ~ finding.check | replace(' ', '_')] or 0 -%}
        {%- do mlmon.finding(spec, finding.check, 'warn' if (n > 0 if finding.is_fault else n in [0, counted.n]) else 'ok', '%s %s' | format('%.1f %%' | format(100 * n / counted.n), finding.says), finding.fix) -%}
    {%- endfor -%}
{% endmacro %}


{% macro examine_monitor(spec) %}
    {%- set task = mlmon.tasks()[spec.task] -%}
    {%- set id, invalid = mlmon.prediction_id(spec), mlmon.invalid_score(spec) -%}
    {%- set at = mlmon.predicted_at(spec) -%}
    {%- set query -%}
        select
            count(*) as n,
            sum(case when {{ id }} is null then 1 else 0 end) as n_without_id,
            count({{ id }}) - count(distinct {{ id }}) as n_repeated,
            sum(case when {{ at }} is null then 1 else 0 end) as n_undated,
            sum(case when {{ invalid or '1 = 0' }} then 1 else 0 end) as n_invalid_scores,
            {{ mlmon.task_finding_counts(spec, 'predictions') }}
            {% if spec.reference.start -%}
            sum(case when {{ mlmon.in_ranges(at, spec.reference.ranges) }} then 1 else 0 end)
            {%- else %}(select count(*) from {{ spec.reference_log }}){% endif %} as n_reference,
            {{ mlmon.timestamp_text('min(' ~ at ~ ')') }} as first_at, {{ mlmon.timestamp_text('max(' ~ at ~ ')') }} as last_at,
            {{ mlmon.seconds_between('max(' ~ at ~ ')', mlmon.timestamp_literal(modules.datetime.datetime.now(modules.pytz.utc).strftime('%Y-%m-%d %H:%M:%S'))) }} / 3600 as hours_old
        from {{ spec.log }} as p
    {%- endset -%}
    {%- set log = mlmon.query_rows(query)[0] -%}
    {%- set n = log.n -%}
    {%- if n == 0 -%}
        {%- do mlmon.finding(spec, 'rows', 'error', mlmon.relation_text(spec.predictions.relation) ~ ' has no rows', 'Load predictions, or name another relation in predictions.relation.') -%}
    {%- else -%}
        {%- do mlmon.finding(spec, 'rows', 'ok', '%s predictions from %s to %s UTC' | format(mlmon.thousands(n), log.first_at, log.last_at)) -%}
        {%- do mlmon.finding(spec, 'ids', 'warn' if log.n_without_id or log.n_repeated else 'ok',
            '%s rows without an id, %s rows that repeat one' | format(mlmon.thousands(log.n_without_id), mlmon.thousands(log.n_repeated)),
            'Each prediction needs a unique id. A row without one counts but never gets a label; of duplicates, the latest counts. Check the job that writes the log.') -%}
        {%- do mlmon.finding(spec, 'timestamps', 'error' if log.n_undated == n else ('warn' if log.n_undated else 'ok'), mlmon.thousands(log.n_undated) ~ ' rows without a timestamp',
            'Such rows belong to no window and are left out. Fill ' ~ spec.predictions.timestamp ~ (', or name an arrival time in predictions.loaded_at.' if not spec.predictions.loaded_at else '.')) -%}
        {%- set share = log.n_invalid_scores / n -%}
        {%- if invalid -%}
            {%- do mlmon.finding(spec, 'scores', 'error' if share > 0.5 else ('warn' if share > 0.01 else 'ok'),
                '%s of the scores are %s' | format('%.2f %%' | format(100 * share), task.score.invalid), task.score.fix) -%}
        {%- endif -%}
        {%- do mlmon.task_findings(spec, 'predictions', log) -%}
        {%- set examined = mlmon.task_rows(spec).examined -%}
        {%- if examined -%}{%- do mlmon[examined](spec) -%}{%- endif -%}
        {%- do mlmon.finding(spec, 'reference', 'error' if log.n_reference == 0 else ('warn' if log.n_reference < 1000 else 'ok'),
            'the reference has ' ~ mlmon.thousands(log.n_reference) ~ ' rows',
            'Set reference.start and reference.end to a period of the log with at least 1,000 rows; the log reaches from %s to %s.' | format(log.first_at, log.last_at)) -%}
        {%- if log.hours_old is none -%}
            {%- do mlmon.finding(spec, 'freshness', 'warn', 'the newest prediction has an infinite timestamp', 'Correct that timestamp in ' ~ spec.predictions.timestamp ~ '.') -%}
        {%- elif log.hours_old < -24 -%}
            {%- do mlmon.finding(spec, 'freshness', 'warn', 'the newest prediction is ' ~ mlmon.hours_text(-1 * log.hours_old) ~ ' ahead of the clock',
                'Correct that timestamp in ' ~ spec.predictions.timestamp ~ ': it is taken as the current time, so every earlier window counts as mature.') -%}
        {%- else -%}
            {%- do mlmon.finding(spec, 'freshness', 'warn' if log.hours_old > 3 * {'hour': 1, 'day': 24, 'week': 168, 'month': 744}[spec.window] else 'ok',
                'the newest prediction is ' ~ mlmon.hours_text(log.hours_old) ~ ' old', 'If the model is in use, its log is delayed.') -%}
        {%- endif -%}
        {%- do mlmon.examine_features(spec) -%}
        {%- if spec.labels -%}{%- do mlmon.examine_labels(spec, n) -%}{%- endif -%}
        {%- if spec.kpis -%}{%- do mlmon.examine_kpis(spec) -%}{%- endif -%}
        {%- if log.n_reference -%}{%- do mlmon.examine_segments(spec) -%}{%- endif -%}
    {%- endif -%}
{% endmacro %}


{#- Segments that make many rows and say little: every value of them is counted, compared and judged in every window. -#}
{% macro examine_segments(spec) %}
    {%- set spec = mlmon.reference_spec(spec) -%}
    {%- set at = mlmon.predicted_at(spec) if spec.reference_log is none else none -%}
    {%- for segment in spec.reference_segments if segment -%}
        {%- set query -%}
            select count(*) as n_values, coalesce(sum(case when n < {{ spec.min_rows }} then 1 else 0 end), 0) as n_small
            from (
                select {% for name in segment %}{{ mlmon.segment_column(spec, name) }} as value_{{ loop.index }}, {% endfor %}count(*) as n
                from {{ spec.log if spec.reference_log is none else spec.reference_log }} as p
                where {{ mlmon.in_ranges(at, spec.reference.ranges) if at is not none else '1 = 1' }}
                group by {{ range(1, segment | length + 1) | join(', ') }}
            ) as counted
        {%- endset -%}
        {%- set found = mlmon.query_rows(query)[0] -%}
        {%- if found.n_values > 1000 or (found.n_values > 1 and 2 * found.n_small > found.n_values) -%}
            {%- do mlmon.finding(spec, 'segments', 'warn', "'%s' has %s values in the reference, %s of them with fewer than %s rows"
                | format(mlmon.segment_name(segment), mlmon.thousands(found.n_values), mlmon.thousands(found.n_small), spec.min_rows),
                'Each value is computed and judged separately: runs are slow, and values with few rows get no verdict. Remove the segment or use a coarser column. An id is not a segment.') -%}
        {%- endif -%}
    {%- endfor -%}
{% endmacro %}


{#- What the configuration, where it is another one than in the last finished run, makes the next run do. -#}
{% macro examine_changes(spec, known, watermark) %}
    {%- if watermark and watermark.sums_hash != spec.sums_hash -%}
        {%- set is_other = mlmon.part_changed(watermark.sums_hash, spec.sums_hash, 0) or watermark.time_window != spec.window -%}
        {%- do mlmon.finding(spec, 'changes', 'warn', 'the configuration has changed since the last run: the next run rereads the logs and recomputes all their windows'
            ~ ('. Windows before the first row of the log are deleted: they were computed from other rows, timestamps or window sizes' if is_other else ''),
            'Undo the change if that is not intended' ~ ('; history that the log no longer holds cannot be restored.' if is_other else '.')) -%}
    {%- elif watermark and (watermark.rules_hash or '').split('-')[0] != spec.rules_hash -%}
        {%- do mlmon.finding(spec, 'changes', 'warn', 'the thresholds, verdicts or alert settings have changed since the last run: the next run recomputes metrics and checks of all windows, without reading the logs',
            'Undo the change if that is not intended.') -%}
    {%- endif -%}
    {%- set change = mlmon.reference_change(spec, known, watermark) -%}
    {%- if change.kind == 'lost' -%}
        {%- do mlmon.finding(spec, 'changes', 'error', "'reference' " ~ change.why, 'No run starts until then.') -%}
    {%- elif change.kind == 'kept' -%}
        {%- do mlmon.finding(spec, 'changes', 'warn', change.why, 'To use newer rows, set reference.start and reference.end to a period that the log holds.') -%}
    {%- elif change.kind == 'taken' and known is not none and not known.is_provisional -%}
        {%- do mlmon.finding(spec, 'changes', 'warn', 'the next run recomputes the reference, and every window is compared with the new one', 'Undo the change if that is not intended.') -%}
    {%- endif -%}
{% endmacro %}


{% macro examine_labels(spec, n) %}
    {%- set query -%}
        select
            count(*) as n,
            sum(case when p.prediction_id is null then 1 else 0 end) as n_orphans,
            {{ mlmon.task_finding_counts(spec, 'labels') }}
            count(distinct p.prediction_id) as n_joined
        from {{ spec.label_log }} as l
        left join (select distinct {{ mlmon.prediction_id(spec) }} as prediction_id from {{ spec.log }} as p) as p on p.prediction_id = {{ mlmon.label_id(spec) }}
    {%- endset -%}
    {%- set labels = mlmon.query_rows(query)[0] -%}
    {%- if labels.n == 0 -%}
        {%- do mlmon.finding(spec, 'labels', 'warn', mlmon.relation_text(spec.labels.relation) ~ ' has no rows', 'Performance and fairness stay empty until labels arrive.') -%}
    {%- else -%}
        {%- set joined = labels.n_joined / n -%}
        {%- do mlmon.finding(spec, 'labels', 'error' if labels.n_joined == 0 else ('warn' if joined < 0.1 else 'ok'),
            '%s labels; %s of the predictions have one' | format(mlmon.thousands(labels.n), '%.1f %%' | format(100 * joined)),
            'Labels join on labels.id = predictions.id. Compare a few values of both: a prefix or a difference in case keeps them from matching.') -%}
        {%- set orphans = (labels.n_orphans or 0) / labels.n -%}
        {%- do mlmon.finding(spec, 'orphans', 'warn' if orphans > 0.01 else 'ok', '%s of the labels have no matching prediction' | format('%.1f %%' | format(100 * orphans)),
            'Predictions are missing from the log, or the labels belong to another model.') -%}
        {%- do mlmon.task_findings(spec, 'labels', labels) -%}
        {%- if labels.n_joined > 0 -%}{%- do mlmon.examine_maturity(spec) -%}{%- endif -%}
    {%- endif -%}
{% endmacro %}


{#- So many hours as a person says it: in days where they are more than two. -#}
{% macro hours_text(hours) %}
    {%- set n = '%.0f' | format(hours / 24 if hours > 48 else hours) -%}
    {{ return(n ~ (' day' if hours > 48 else ' hour') ~ ('' if n == '1' else 's')) }}
{% endmacro %}


{#- Features that tell the window or the row and nothing of the model's inputs: those with one value in each window, such as the weekday of daily windows, and
    categories that nearly every row has one of its own. -#}
{% macro examine_features(spec) %}
    {%- set names = spec.numeric + spec.categorical -%}
    {%- if names -%}
        {%- set query -%}
            with by_window as (
                select
                    {{ mlmon.window_start(spec, mlmon.predicted_at(spec)) }} as window_start, count(*) as n
                    {%- for name in names %},
                    count(distinct {{ mlmon.p(spec, name) }}) as n_{{ loop.index }}, min({{ mlmon.segment_column(spec, name) }}) as value_{{ loop.index }}
                    {%- endfor %}
                from {{ spec.log }} as p
                where {{ mlmon.predicted_at(spec) }} is not null
                group by 1
                having count(*) > 1
            )
            select
                count(*) as n_windows, sum(n) as n
                {%- for name in names %},
                max(n_{{ loop.index }}) as most_{{ loop.index }}, sum(n_{{ loop.index }}) as total_{{ loop.index }}, count(distinct value_{{ loop.index }}) as values_{{ loop.index }}
                {%- endfor %}
            from by_window
        {%- endset -%}
        {%- set row = mlmon.query_rows(query)[0] -%}
        {%- set constant, identifying = [], [] -%}
        {%- for name in names if (row.n or 0) > 0 -%}
            {%- if row.n_windows > 1 and row['most_' ~ loop.index] == 1 and row['values_' ~ loop.index] > 1 -%}{%- do constant.append(name) -%}{%- endif -%}
            {%- if name in spec.categorical and row.n >= 100 and row['total_' ~ loop.index] > 0.9 * row.n -%}{%- do identifying.append(name) -%}{%- endif -%}
        {%- endfor -%}
        {%- if constant -%}
            {%- do mlmon.finding(spec, 'features', 'warn', constant | join(', ') ~ ': constant within each ' ~ spec.window ~ ', different between them',
                'A column that is constant within a window, such as the weekday, drifts in every window. Remove it from features, or choose a longer window.') -%}
        {%- endif -%}
        {%- if identifying -%}
            {%- do mlmon.finding(spec, 'features', 'warn', identifying | join(', ') ~ ': nearly every row has a unique value',
                'An id has no distribution to compare. Remove it from features.categorical.') -%}
        {%- endif -%}
    {%- endif -%}
{% endmacro %}


{#- How long labels of each kind took, beside `labels.maturity`: where one comes later than the other, a window that counts as mature holds part of its labels only,
    and not a fair part. -#}
{% macro examine_maturity(spec) %}
    {%- set kinds = mlmon.task_rows(spec).label_kinds -%}
    {%- set query -%}
        with lags as (
            select
                case{% for kind, condition in kinds.items() %} when {{ condition }} then '{{ kind }}'{% endfor %} end as kind,
                {{ mlmon.seconds_between(mlmon.predicted_at(spec), mlmon.labeled_at(spec)) }} as seconds
            from {{ spec.log }} as p
            inner join {{ spec.label_log }} as l on {{ mlmon.label_id(spec) }} = {{ mlmon.prediction_id(spec) }}
            where {{ mlmon.predicted_at(spec) }} is not null and {{ mlmon.labeled_at(spec) }} is not null and {{ mlmon.l(spec, spec.labels.label) }} is not null
        ),
        ranked as (
            select kind, seconds, row_number() over (partition by kind order by seconds) as place, count(*) over (partition by kind) as n
            from lags
            where kind is not null
        )
        select
            kind, max(n) as n, min(case when place >= 0.95 * n then seconds end) as most_seconds,
            sum(case when seconds > {{ spec.maturity_seconds or 0 }} then 1 else 0 end) as n_late
        from ranked
        group by kind
    {%- endset -%}
    {%- set late, told, found = [], [], {} -%}
    {%- for row in mlmon.query_rows(query) -%}{%- do found.update({row.kind: row}) -%}{%- endfor -%}
    {%- for kind in kinds if kind in found -%}
        {%- set row = found[kind] -%}
        {%- do told.append('95 %% of the %s labels arrived within %s' | format(kind, mlmon.hours_text(row.most_seconds / 3600))) -%}
        {%- if row.n_late > 0.05 * row.n -%}{%- do late.append('%.0f %% of the %s ones later' | format(100 * row.n_late / row.n, kind)) -%}{%- endif -%}
    {%- endfor -%}
    {%- if told -%}
        {%- do mlmon.finding(spec, 'maturity', 'warn' if late else 'ok', told | join(', ') ~ '; labels.maturity is ' ~ spec.labels.maturity ~ (', and ' ~ late | join(' and ') if late else ''),
            'Windows are judged on the labels that arrive early. Raise labels.maturity until 95 % of the slowest have arrived.') -%}
    {%- endif -%}
{% endmacro %}


{#- Whether the sums of each KPI over the parts of the log, by window, version and segment, add up to those over the whole. -#}
{% macro examine_kpis(spec) %}
    {%- set segment_columns = mlmon.segment_columns(spec.profile_segments) -%}
    {%- set source -%}
        from {{ mlmon.log_from(spec) }} as p
        {%- if spec.labels %}
        left join label_log as l on {{ mlmon.label_id(spec) }} = {{ mlmon.prediction_id(spec) }}
        {%- endif %}
        where {{ mlmon.log_where(spec, none) }}
    {%- endset -%}
    {%- set query -%}
        with {{ mlmon.log_ctes(spec, none) }},
        {%- if spec.labels %}
        {{ mlmon.label_ctes(spec) }},
        {%- endif %}
        parts as (
            select {{ mlmon.finest_keys(spec, segment_columns) }}, {{ mlmon.kpi_sums(spec) }}
            {{ source }}
            group by {% for i in range(1, 3 + segment_columns | length) %}{{ i }}{{ ", " if not loop.last }}{% endfor %}
        ),
        whole as (
            select {{ mlmon.kpi_sums(spec) }}
            {{ source }}
        )
        {%- for kpi in spec.kpis %}
        {%- set number = loop.index %}
        {%- for key in ['numerator', 'denominator'] %}
        select '{{ key }}' as part_of_kpi, {{ number - 1 }} as place, (select sum({{ key }}_{{ number }}) from parts) as of_parts, (select max({{ key }}_{{ number }}) from whole) as of_whole
        {{ "union all" if not loop.last }}
        {%- endfor %}
        {{ "union all" if not loop.last }}
        {%- endfor %}
    {%- endset -%}
    {%- for row in mlmon.query_rows(query) -%}
        {%- set kpi = spec.kpis[row.place | int] -%}
        {%- set parts, whole = (row.of_parts or 0) | float, (row.of_whole or 0) | float -%}
        {%- set is_off = (parts - whole) | abs > 1e-6 * [parts | abs, whole | abs, 1e-9] | max -%}
        {%- do mlmon.finding(spec, 'kpi ' ~ kpi.name, 'error' if is_off else 'ok',
            row.part_of_kpi ~ ' ' ~ kpi[row.part_of_kpi] ~ ': windows, versions and segments add up to %s, the whole log is %s' | format(parts, whole)
                if is_off else 'windows, versions and segments of its ' ~ row.part_of_kpi ~ ' add up to the whole',
            'A KPI is added up over windows, versions and segments, so it must not depend on how the log is split: write 100.0 rather than 100 in a division where the engine truncates integers, and avoid random functions.') -%}
    {%- endfor -%}
{% endmacro %}


{#- A whole number with commas between thousands. -#}
{% macro thousands(number) %}
    {%- set digits = number | int | string -%}
    {%- set parts = [] -%}
    {%- for digit in digits -%}
        {%- if loop.index0 > 0 and (digits | length - loop.index0) % 3 == 0 -%}{%- do parts.append(',') -%}{%- endif -%}
        {%- do parts.append(digit) -%}
    {%- endfor -%}
    {{ return(parts | join) }}
{% endmacro %}
