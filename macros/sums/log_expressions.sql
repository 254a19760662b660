{#- Expressions over the rows of a monitor's logs. `p` is a row of the predictions, `l` one of the labels. -#}

{#- A column of the prediction log, quoted, with its alias -> SQL -#}
{% macro p(spec, name) %}{{ return('p.' ~ spec.columns[name | lower].quoted) }}{% endmacro %}

{% macro l(spec, name) %}{{ return('l.' ~ spec.label_columns[name | lower].quoted) }}{% endmacro %}


{#- The time of a prediction in UTC. A missing time is that of arrival, where the log names one. -#}
{% macro predicted_at(spec) %}
    {%- set at = mlmon.logged_at(spec) -%}
    {{ return('coalesce(' ~ at ~ ', ' ~ mlmon.arrived_at(spec) ~ ')' if spec.predictions.loaded_at else at) }}
{% endmacro %}

{#- The time that the log itself gives, NULL where it gives none. -#}
{% macro logged_at(spec) %}
    {%- set timestamp = spec.predictions.timestamp -%}
    {{ return(mlmon.utc_timestamp(mlmon.p(spec, timestamp), spec.columns[timestamp | lower].kind)) }}
{% endmacro %}


{#- The time a prediction arrived in the log in UTC; its own time where the log does not say. -#}
{% macro prediction_arrived_at(spec) %}
    {{ return('coalesce(' ~ mlmon.arrived_at(spec) ~ ', ' ~ mlmon.predicted_at(spec) ~ ')' if spec.predictions.loaded_at else mlmon.predicted_at(spec)) }}
{% endmacro %}

{% macro arrived_at(spec) %}
    {%- set loaded_at = spec.predictions.loaded_at -%}
    {{ return(mlmon.utc_timestamp(mlmon.p(spec, loaded_at), spec.columns[loaded_at | lower].kind)) }}
{% endmacro %}


{% macro labeled_at(spec) %}
    {%- set timestamp = spec.labels.timestamp -%}
    {{ return(mlmon.utc_timestamp(mlmon.l(spec, timestamp), spec.label_columns[timestamp | lower].kind)) }}
{% endmacro %}

{% macro label_arrived_at(spec) %}
    {%- set loaded_at = spec.labels.get('loaded_at') -%}
    {%- if not loaded_at -%}{{ return(mlmon.labeled_at(spec)) }}{%- endif -%}
    {{ return('coalesce(' ~ mlmon.utc_timestamp(mlmon.l(spec, loaded_at), spec.label_columns[loaded_at | lower].kind) ~ ', ' ~ mlmon.labeled_at(spec) ~ ')') }}
{% endmacro %}


{#- The key that joins the two logs. Ids of different types are compared as text. -#}
{% macro prediction_id(spec) %}
    {%- set column = spec.columns[spec.predictions.id | lower] -%}
    {%- set other = spec.label_columns[spec.labels.id | lower] if spec.labels else column -%}
    {%- set value = mlmon.p(spec, spec.predictions.id) -%}
    {{ return(value if mlmon.is_comparable(column, other) else mlmon.id_text(value, column.family, other.family)) }}
{% endmacro %}

{% macro label_id(spec) %}
    {%- set column = spec.label_columns[spec.labels.id | lower] -%}
    {%- set other = spec.columns[spec.predictions.id | lower] -%}
    {%- set value = mlmon.l(spec, spec.labels.id) -%}
    {{ return(value if mlmon.is_comparable(column, other) else mlmon.id_text(value, column.family, other.family)) }}
{% endmacro %}


{#- The start of the window that a UTC time lies in. Weeks start on Monday. -#}
{% macro window_start(spec, timestamp) %}{{ return(mlmon.truncate_timestamp(spec.window, timestamp)) }}{% endmacro %}


{#- The version of the model behind a prediction, as text, not yet escaped. -#}
{% macro model_version(spec) %}
    {%- if not spec.predictions.version -%}{{ return("cast('all' as " ~ dbt.type_string() ~ ")") }}{%- endif -%}
    {{ return(mlmon.segment_column(spec, spec.predictions.version)) }}
{% endmacro %}


{#- A segment's column as text, not yet escaped. -#}
{% macro segment_column(spec, name) %}
    {{ return(mlmon.text_of(mlmon.p(spec, name), spec.columns[name | lower].family)) }}
{% endmacro %}


{#- A numeric or boolean column of the prediction log as a double. -#}
{% macro p_double(spec, name) %}
    {{ return(mlmon.known_as_double(mlmon.p(spec, name), spec.columns[name | lower])) }}
{% endmacro %}

{#- The same of the labels. -#}
{% macro l_double(spec, name) %}
    {{ return(mlmon.known_as_double(mlmon.l(spec, name), spec.label_columns[name | lower])) }}
{% endmacro %}

{% macro known_as_double(column, known) %}
    {%- if known.kind != 'boolean' -%}{{ return(mlmon.number_as_double(column, known.family)) }}{%- endif -%}
    {{ return(mlmon.as_double('case when ' ~ column ~ ' then 1 when not ' ~ column ~ ' then 0 end')) }}
{% endmacro %}


{#- A numeric expression as a double. -#}
{% macro as_double(expression) %}{{ return('cast(' ~ expression ~ ' as ' ~ mlmon.sql_type('double') ~ ')') }}{% endmacro %}


{#- The condition under which what a model scores does not count; none where it gives no score. -#}
{% macro invalid_score(spec) %}
    {%- set row = mlmon.task_rows(spec) -%}
    {{ return(row.invalid if 'invalid' in row else mlmon.valid_score(spec) ~ ' is null') }}
{% endmacro %}


{#- A score that counts, else NULL. -#}
{% macro valid_score(spec) %}
    {%- set score = mlmon.p_double(spec, spec.predictions.score) -%}
    {{ return('case when ' ~ mlmon.is_valid(score, mlmon.tasks()[spec.task].score.range) ~ ' then ' ~ score ~ ' end') }}
{% endmacro %}


{#- The binned columns of a monitor -> list of {name, role, numeric (boolean), value (SQL over p), range, edges}; for a numeric column `value` is a double,
    of which only what is finite counts, and lies in `range` where there is one; for a categorical one it is text. `edges`: those that its bins have besides quantiles. -#}
{% macro profiled_columns(spec) %}
    {%- set columns = [] -%}
    {%- for name in spec.numeric -%}
        {%- do columns.append({'name': name, 'role': 'feature', 'numeric': true, 'value': mlmon.p_double(spec, name), 'column': name}) -%}
    {%- endfor -%}
    {%- for name in spec.categorical -%}
        {%- do columns.append({'name': name, 'role': 'feature', 'numeric': false, 'value': mlmon.segment_column(spec, name), 'column': name}) -%}
    {%- endfor -%}
    {%- do columns.extend(mlmon.task_rows(spec).columns) -%}
    {%- if spec.predictions.latency_ms -%}
        {%- do columns.append({'name': spec.predictions.latency_ms, 'role': 'latency', 'numeric': true, 'value': mlmon.p_double(spec, spec.predictions.latency_ms), 'column': spec.predictions.latency_ms}) -%}
    {%- endif -%}
    {{ return(columns) }}
{% endmacro %}


{#- The condition under which a number counts: it is finite, and lies in `range` where there is one. -#}
{% macro is_valid(value, range=none) %}
    {{ return(value ~ ' >= ' ~ range[0] ~ ' and ' ~ value ~ ' <= ' ~ range[1] if range else mlmon.is_number(value)) }}
{% endmacro %}
