{#- What `mlmon exposures` makes dbt exposures of: a row a monitor. `names`: the monitors, all of them where it is empty. `depends_on`: the logs that the monitor
    reads, as ref() or source(), and the tables that a dashboard of it shows. -#}
{% macro mlmon_exposures(names=[]) %}
    {%- set known = [] -%}
    {%- set mistakes = mlmon.validate_config(columns=false) -%}
    {%- for mistake in mistakes -%}{%- do mlmon.print_row({'kind': 'mistake', 'message': mlmon.mistake_text(mistake)}) -%}{%- endfor -%}
    {%- if not mistakes -%}
        {%- for name in var('mlmon_monitors', {}) -%}{%- do known.append(name | string) -%}{%- endfor -%}
        {%- for name in names if name not in known -%}
            {%- do mistakes.append(name) -%}
            {%- do mlmon.print_row({'kind': 'mistake', 'message': "there is no monitor '" ~ name ~ "'" ~ mlmon.suggestion(name, known)}) -%}
        {%- endfor -%}
    {%- endif -%}
    {%- for spec in mlmon.monitors(names or none) if not mistakes -%}
        {%- set depends_on = [] -%}
        {%- for written in [spec.predictions.relation, spec.labels.relation if spec.labels else none] if written -%}
            {%- set told = mlmon.dependency_text(written) -%}
            {%- if told and told not in depends_on -%}{%- do depends_on.append(told) -%}{%- endif -%}
        {%- endfor -%}
        {%- for table in ['mlmon_health', 'mlmon_metrics', 'mlmon_checks', 'mlmon_incidents', 'mlmon_timeline'] -%}
            {%- do depends_on.append("ref('mlmon', '" ~ table ~ "')") -%}
        {%- endfor -%}
        {%- do mlmon.print_row({'kind': 'exposure', 'monitor': spec.name, 'task': spec.task, 'window': spec.window, 'owner': spec.owner or project_name,
            'runbook': spec.runbook, 'tags': spec.tags, 'depends_on': depends_on}) -%}
    {%- endfor -%}
{% endmacro %}


{#- A `relation` key as an exposure depends on it; none where dbt would refuse it: a private model, or one that the project does not have. -#}
{% macro dependency_text(written) %}
    {%- set node, parts = mlmon.log_node(written), mlmon.relation_parts(written) -%}
    {%- if node is none or node.get('access') == 'private' -%}{{ return(none) }}{%- endif -%}
    {%- set names = [parts.source, parts.name] if parts.source else [parts.package, parts.name] -%}
    {{ return(('source' if parts.source else 'ref') ~ "('" ~ names | select | join("', '") ~ "'" ~ (', v=' ~ parts.version if parts.version else '') ~ ')') }}
{% endmacro %}
