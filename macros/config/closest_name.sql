{#- The legal name nearest to what was written (optimal string alignment distance), or none where nothing is near.
    Used for "did you mean" only. -#}
{% macro closest_name(written, legal) %}
    {%- set best = namespace(name=none, distance=99) -%}
    {%- set source = (written | string | lower)[:60] -%}
    {%- for candidate in legal -%}
        {%- set target = candidate | string | lower -%}
        {%- set allowed = [3, [1, (target | length + 1) // 3] | max] | min -%}
        {%- if (target | length - source | length) | abs <= allowed -%}
            {%- set rows = [range(target | length + 1) | list] -%}
            {%- for i in range(1, source | length + 1) -%}
                {%- set row = [i] -%}
                {%- for j in range(1, target | length + 1) -%}
                    {%- set same = source[i - 1] == target[j - 1] -%}
                    {%- set cost = [rows[i - 1][j] + 1, row[j - 1] + 1, rows[i - 1][j - 1] + (0 if same else 1)] | min -%}
                    {%- if i > 1 and j > 1 and source[i - 1] == target[j - 2] and source[i - 2] == target[j - 1] -%}
                        {%- set cost = [cost, rows[i - 2][j - 2] + 1] | min -%}
                    {%- endif -%}
                    {%- do row.append(cost) -%}
                {%- endfor -%}
                {%- do rows.append(row) -%}
            {%- endfor -%}
            {%- if rows[-1][-1] <= allowed and rows[-1][-1] < best.distance -%}
                {%- set best.name = candidate -%}
                {%- set best.distance = rows[-1][-1] -%}
            {%- endif -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(best.name) }}
{% endmacro %}
