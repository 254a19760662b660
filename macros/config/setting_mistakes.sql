{#- Settings that reach mlmon's own models or tests and that they cannot work with -> list of {monitor, key, message}, as `validate_config` gives.

    What a project sets for all models (`models: +materialized: table`) wins over what a package sets for its own, in the model too. `full_refresh`,
    `on_schema_change`, `incremental_strategy` and `unique_key` are not read; hooks come on top of mlmon's; tags, schemas, grants and the like are harmless. -#}
{% macro setting_mistakes() %}
    {%- set mistakes, found, tables = [], {}, mlmon.all_table_columns() -%}
    {%- for node in graph.nodes.values() if node.package_name == 'mlmon' and node.resource_type in ['model', 'test'] -%}
        {%- for wrong in mlmon.wrong_settings(node, tables) -%}
            {%- do found.setdefault((wrong.key, wrong.message), []).append(node.name) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- for (key, message), names in found.items() -%}
        {%- do mlmon.add_mistake(mistakes, none, key, message ~ " (" ~ (names | sort)[:3] | join(', ')
            ~ (' and ' ~ (names | length - 3) ~ ' more' if names | length > 3 else '') ~ ")." ~ mlmon.setting_fix(key, project_name)) -%}
    {%- endfor -%}
    {{ return(mistakes) }}
{% endmacro %}


{#- Stops before a model is built whose settings are wrong: some of mlmon's tables are built before the configuration is looked at. -#}
{% macro check_settings(model_name) %}
    {%- set node = graph.nodes.get('model.mlmon.' ~ model_name) if execute else none -%}
    {%- if node is not none and mlmon.wrong_settings(node, mlmon.all_table_columns()) -%}
        {{ exceptions.raise_compiler_error(mlmon.mistakes_text(mlmon.setting_mistakes())) }}
    {%- endif -%}
{% endmacro %}


{#- What is wrong with the settings of one node -> list of {key, message}; the messages of many nodes are the same. `tables`: those that are filled by window. -#}
{% macro wrong_settings(node, tables) %}
    {%- set wrong = [] -%}
    {%- set config = node.config -%}
    {%- if node.resource_type == 'model' -%}
        {%- set written = config.get('materialized') -%}
        {%- set by_window = node.name in tables -%}
        {%- if written not in (['mlmon_windows'] if by_window else [mlmon.table_kind(), mlmon.view_kind(), 'view']) -%}
            {%- do wrong.append({'key': 'models: +materialized', 'message': "is '" ~ written ~ "' for models of mlmon that need '" ~ ('mlmon_windows' if by_window else 'table') ~ "'"}) -%}
        {%- endif -%}
        {%- if by_window -%}
            {%- for key in ['unlogged', 'temporary', 'hours_to_expiration', 'partition_expiration_days'] if config.get(key) -%}
                {%- do wrong.append({'key': 'models: +' ~ key, 'message': "is " ~ config[key] ~ " for models of mlmon whose rows have to last"}) -%}
            {%- endfor -%}
        {%- endif -%}
    {%- else -%}
        {%- for key, needed in {'fail_calc': "coalesce(max(case when severity = 'error' then 2 else 1 end), 0)", 'warn_if': '>= 1', 'error_if': '>= 2', 'limit': none}.items()
                if node.name.startswith('alert_') and config.get(key) != needed -%}
            {%- do wrong.append({'key': 'data_tests: +' ~ key, 'message': "is " ~ mlmon.describe_value(config.get(key)) ~ " for tests of mlmon that need "
                ~ (mlmon.describe_value(needed) if needed is not none else 'none')}) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(wrong) }}
{% endmacro %}


{% macro setting_fix(key, project) %}
    {%- set section, setting = key.split(': ') -%}
    {{ return(" A setting of the whole project wins over a package's own. Put it below your project's name in dbt_project.yml: '" ~ section ~ ": {" ~ project ~ ": {"
        ~ setting ~ ": …}}', and leave it out of what holds for mlmon") }}
{% endmacro %}
