{#- What is wrong with the numerator or the denominator of a KPI -> text, or none. Both are added up over segments and versions, so that they must be sums: a linear
    combination of `sum(…)` and `count(…)`.

      sums     = product (+|- product)*
      product  = factor (*|/ factor)*              one factor holds a sum, and it is not divided by; the others are numbers
      factor   = [+|-] (number | aggregate | ( sums ) | coalesce|nullif ( sums , 0 ) | cast ( sums as type )) [:: type]
      aggregate = sum|count|count_if|countif ( anything but an aggregate, a window function, a subquery or distinct ) [filter ( … )]

    Literals and quoted names are one token each, so that the text 'min' or a column "avg" is no function. -#}
{% macro kpi_problem(sql) %}
    {%- set tokens = mlmon.kpi_tokens(sql) -%}
    {%- for token in tokens -%}
        {%- if token == ';' -%}{{ return('holds a semicolon') }}{%- endif -%}
        {%- if token in ['--', '/*', '*/', '#'] -%}{{ return('holds a comment') }}{%- endif -%}
        {%- if token in ["'", '"', '`'] -%}{{ return('holds a quote that is not closed') }}{%- endif -%}
    {%- endfor -%}
    {%- set whole = mlmon._kpi_sums(tokens, 0) -%}
    {%- if whole.problem -%}{{ return(whole.problem) }}{%- endif -%}
    {%- if whole.at < tokens | length -%}{{ return(mlmon._kpi_found(tokens, whole.at).problem) }}{%- endif -%}
    {{ return(none if whole.kind == 'sum' else 'holds no sum and no count') }}
{% endmacro %}


{#- SQL in words, numbers, literals, quoted names and signs, without white space -> list of texts -#}
{% macro kpi_tokens(sql) %}
    {%- set pattern = "'(?:[^']|'')*'" ~ '|"(?:[^"]|"")*"|`[^`]*`|--|/\\*|\\*/|::|<>|<=|>=|!=|\\|\\||(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][+-]?\\d+)?|[^\\W\\d]\\w*|\\S' -%}
    {{ return(modules.re.findall(pattern, sql | string)) }}
{% endmacro %}


{#- The columns that the SQL of a KPI reads -> list of [log, name]: `p` is a row of the predictions, `l` one of the labels. -#}
{% macro kpi_columns(sql) %}
    {%- set tokens = mlmon.kpi_tokens(sql) -%}
    {%- set columns = [] -%}
    {%- for place in range(tokens | length - 2) -%}
        {%- set log = {'p': 'predictions', 'l': 'labels'}.get(mlmon._kpi_name(tokens[place]) | lower) -%}
        {%- set name = mlmon._kpi_name(tokens[place + 2]) -%}
        {%- if log and tokens[place + 1] == '.' and (place == 0 or tokens[place - 1] != '.') and name != '*' -%}{%- do columns.append([log, name]) -%}{%- endif -%}
    {%- endfor -%}
    {{ return(columns) }}
{% endmacro %}


{% macro _kpi_name(token) %}{{ return(token[1:-1] if token[:1] in ['"', '`'] else token) }}{% endmacro %}


{#- Whether the SQL of a KPI reads a label: a column of `l` -#}
{% macro kpi_needs_labels(kpi) %}
    {%- for log, _ in mlmon.kpi_columns(kpi.numerator) + mlmon.kpi_columns(kpi.denominator) if log == 'labels' -%}{{ return(true) }}{%- endfor -%}
    {{ return(false) }}
{% endmacro %}


{% macro _kpi_found(tokens, at) %}
    {{ return({'problem': "has '" ~ tokens[at][:40] ~ "' where it has no place" if at < tokens | length else 'ends too soon'}) }}
{% endmacro %}


{% macro _kpi_sums(tokens, at) %}
    {%- set state = namespace(at=at, kind=none, is_done=false) -%}
    {%- for _ in tokens if not state.is_done -%}
        {%- set part = mlmon._kpi_product(tokens, state.at) -%}
        {%- if part.problem -%}{{ return(part) }}{%- endif -%}
        {%- if state.kind is not none and state.kind != part.kind -%}
            {{ return({'problem': 'adds a number to a sum: it would be added once for each segment'}) }}
        {%- endif -%}
        {%- set state.kind = part.kind -%}
        {%- set state.at = part.at + 1 -%}
        {%- if part.at >= tokens | length or tokens[part.at] not in ['+', '-'] -%}
            {%- set state.at = part.at -%}
            {%- set state.is_done = true -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return({'at': state.at, 'kind': state.kind} if state.is_done else mlmon._kpi_found(tokens, state.at)) }}
{% endmacro %}


{% macro _kpi_product(tokens, at) %}
    {%- set state = namespace(at=at, kind='number', sign=none, is_done=false) -%}
    {%- for _ in tokens if not state.is_done -%}
        {%- set part = mlmon._kpi_factor(tokens, state.at) -%}
        {%- if part.problem -%}{{ return(part) }}{%- endif -%}
        {%- if part.kind == 'sum' -%}
            {%- if state.sign == '/' -%}{{ return({'problem': 'divides by a sum'}) }}{%- endif -%}
            {%- if state.kind == 'sum' -%}{{ return({'problem': 'multiplies two sums'}) }}{%- endif -%}
            {%- set state.kind = 'sum' -%}
        {%- endif -%}
        {%- set state.at = part.at + 1 -%}
        {%- if part.at < tokens | length and tokens[part.at] in ['*', '/'] -%}
            {%- set state.sign = tokens[part.at] -%}
        {%- else -%}
            {%- set state.at = part.at -%}
            {%- set state.is_done = true -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return({'at': state.at, 'kind': state.kind} if state.is_done else mlmon._kpi_found(tokens, state.at)) }}
{% endmacro %}


{% macro _kpi_factor(tokens, at) %}
    {%- set word = (tokens[at] if at < tokens | length else '') | lower -%}
    {%- set opens = at + 1 < tokens | length and tokens[at + 1] == '(' -%}
    {%- if word in ['+', '-'] -%}{{ return(mlmon._kpi_factor(tokens, at + 1)) }}{%- endif -%}
    {%- set found = {} -%}
    {%- if modules.re.match('[\\d.]*\\d', word) -%}
        {%- do found.update({'at': at + 1, 'kind': 'number'}) -%}
    {%- elif word in ['sum', 'count', 'count_if', 'countif'] and opens -%}
        {%- do found.update(mlmon._kpi_aggregate(tokens, at)) -%}
    {%- elif word == '(' or (word in ['coalesce', 'nullif', 'cast'] and opens) -%}
        {%- set inner = mlmon._kpi_sums(tokens, at + (1 if word == '(' else 2)) -%}
        {%- if inner.problem -%}{{ return(inner) }}{%- endif -%}
        {%- set rest = tokens[inner.at:] -%}
        {%- if word == '(' -%}
            {%- set length = 1 if rest[:1] == [')'] else 0 -%}
        {%- elif word == 'cast' -%}
            {%- set length = mlmon._kpi_type_length(rest[1:]) + 2 if (rest[0] or '') | lower == 'as' else 0 -%}
            {%- set length = length if length and rest[length - 1:length] == [')'] else 0 -%}
        {%- else -%}
            {%- set length = 3 if rest[:3] in [[',', '0', ')'], [',', '0.0', ')']] else 0 -%}
        {%- endif -%}
        {%- if not length -%}{{ return(mlmon._kpi_found(tokens, inner.at)) }}{%- endif -%}
        {%- do found.update({'at': inner.at + length, 'kind': inner.kind}) -%}
    {%- else -%}
        {{ return(mlmon._kpi_found(tokens, at)) }}
    {%- endif -%}
    {%- if not found.problem and found.at < tokens | length and tokens[found.at] == '::' -%}
        {%- do found.update({'at': found.at + 1 + mlmon._kpi_type_length(tokens[found.at + 1:])}) -%}
    {%- endif -%}
    {{ return(found) }}
{% endmacro %}


{#- How many tokens a type takes: words, and what is in parentheses after them. -#}
{% macro _kpi_type_length(tokens) %}
    {%- set state = namespace(n=0, is_done=false) -%}
    {%- for token in tokens if not state.is_done -%}
        {%- if modules.re.match('[^\\W\\d]\\w*$', token) -%}{%- set state.n = state.n + 1 -%}{%- else -%}{%- set state.is_done = true -%}{%- endif -%}
    {%- endfor -%}
    {%- if tokens[state.n:state.n + 1] == ['('] and ')' in tokens[state.n:] -%}{{ return(state.n + tokens[state.n:].index(')') + 1) }}{%- endif -%}
    {{ return(state.n) }}
{% endmacro %}


{% macro _kpi_aggregate(tokens, at) %}
    {%- set rows = mlmon._kpi_rows(tokens, at + 1) -%}
    {%- if rows.problem -%}{{ return(rows) }}{%- endif -%}
    {%- if rows.at == at + 3 -%}{{ return({'problem': "has '" ~ tokens[at] ~ "()'"}) }}{%- endif -%}
    {%- set after = (tokens[rows.at] if rows.at < tokens | length else '') | lower -%}
    {%- if after == 'over' -%}{{ return({'problem': 'holds a window function'}) }}{%- endif -%}
    {%- if after != 'filter' -%}{{ return({'at': rows.at, 'kind': 'sum'}) }}{%- endif -%}
    {%- set condition = mlmon._kpi_rows(tokens, rows.at + 1) -%}
    {{ return(condition if condition.problem else {'at': condition.at, 'kind': 'sum'}) }}
{% endmacro %}


{#- What stands in the parentheses that open at a place: SQL of one row -> {at: the place after them}, or {problem}. -#}
{% macro _kpi_rows(tokens, at) %}
    {%- if at >= tokens | length or tokens[at] != '(' -%}{{ return(mlmon._kpi_found(tokens, at)) }}{%- endif -%}
    {%- set aggregates = ['sum', 'count', 'count_if', 'countif', 'avg', 'mean', 'min', 'max', 'median', 'mode', 'stddev', 'stddev_pop', 'stddev_samp', 'variance', 'var_pop', 'var_samp',
        'any_value', 'array_agg', 'string_agg', 'listagg', 'approx_count_distinct', 'approx_distinct', 'percentile_cont', 'percentile_disc', 'quantile', 'quantile_cont'] -%}
    {%- set state = namespace(depth=0) -%}
    {%- for place in range(at, tokens | length) -%}
        {%- set word = tokens[place] | lower -%}
        {%- set before = tokens[place - 1] | lower -%}
        {%- if word in ['select', 'with'] and before != '.' -%}{{ return({'problem': 'holds a subquery'}) }}{%- endif -%}
        {%- if word == 'over' and before == ')' -%}{{ return({'problem': 'holds a window function'}) }}{%- endif -%}
        {%- if word == 'distinct' and before not in ['is', 'not', '.'] -%}{{ return({'problem': 'counts distinct values'}) }}{%- endif -%}
        {%- if word in aggregates and before != '.' and place + 1 < tokens | length and tokens[place + 1] == '(' -%}
            {{ return({'problem': "holds '" ~ tokens[place] ~ "' within '" ~ tokens[at - 1] ~ "'"}) }}
        {%- endif -%}
        {%- set state.depth = state.depth + (1 if word == '(' else -1 if word == ')' else 0) -%}
        {%- if state.depth == 0 -%}{{ return({'at': place + 1}) }}{%- endif -%}
    {%- endfor -%}
    {{ return({'problem': 'has a parenthesis that is not closed'}) }}
{% endmacro %}
