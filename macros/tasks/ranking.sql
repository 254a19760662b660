{#- The task `ranking`: a prediction is an item that was shown at a rank of a list, and its label how relevant it was, 0 or more. Metrics are measured by list, and averaged
    over lists. See tasks.sql. -#}
{% macro ranking_task() %}
    {%- set metrics = [] -%}
    {%- for k in mlmon.ranking_cuts() -%}
        {%- set judged = {'interval': 'bounded', 'verdict': 'relative_drop', 'warn': 0.05, 'error': 0.1} if k == 10 else {} -%}
        {%- set shown = {'interval': 'bounded'} if k == 10 else {} -%}
        {%- set average = {'unit': '0 to 1', 'direction': 'higher_is_better', 'by': 'n_lists_relevant', 'splits': true} -%}
        {%- do metrics.extend([
            dict(dict(average, **judged), metric='ndcg_at_' ~ k, of='ndcg_at_' ~ k ~ '_total', source='scikit-learn',
                meaning='Normalized discounted cumulative gain of the first ' ~ k, formula='mean over lists of sum label / log2(position + 1), divided by that of the best order'),
            dict(dict(average, **judged), metric='map_at_' ~ k, of='map_at_' ~ k ~ '_total', source='ranx',
                meaning='Mean average precision of the first ' ~ k, formula='mean over lists of sum precision at each relevant position / relevant items of the list'),
            dict(dict(average, **shown), metric='precision_at_' ~ k, of='precision_at_' ~ k ~ '_total', source='ranx',
                meaning='Relevant items among the first ' ~ k ~ ', as a share of ' ~ k, formula='mean over lists of relevant items in the first ' ~ k ~ ' / ' ~ k),
            dict(dict(average, **shown), metric='recall_at_' ~ k, of='recall_at_' ~ k ~ '_total', source='ranx',
                meaning='Share of the relevant items of a list that are among the first ' ~ k, formula='mean over lists of relevant items in the first ' ~ k ~ ' / relevant items of the list'),
            dict(dict(judged, interval='wilson') if judged else {}, metric='hit_rate_at_' ~ k, unit='share', direction='higher_is_better', of='n_hits_at_' ~ k, by='n_lists', share='good',
                splits=true, source='ranx', meaning='Share of all lists with a relevant item among the first ' ~ k, formula='lists with a relevant item in the first ' ~ k ~ ' / lists')
        ]) -%}
    {%- endfor -%}
    {{ return({
        'score': {'range': none, 'is': 'optional, what the items of a list were ordered by, any finite number', 'invalid': 'in no list: no query, or a rank that is NULL, NaN or infinite',
            'fix': 'Such rows are in no metric of lists. Check the job that writes predictions.query and predictions.rank.', 'is_optional': true},
        'label_kind': 'numeric',
        'unnamed': {'rank': none, 'item': none, 'score': none},
        'keys': {'predictions': {
            'query': {'type': 'column', 'log': 'predictions', 'required_by': ['ranking'],
                'meaning': 'the list that the item was shown in: a request, a search, a mail. Rows of one model version with the same value in one window are one list'},
            'rank': {'type': 'column', 'log': 'predictions', 'kind': 'numeric', 'in_reference': true, 'required_by': ['ranking'],
                'meaning': 'where in its list the item was shown; the lowest is first. Only the order counts'},
            'item': {'type': 'column', 'log': 'predictions', 'in_reference': true,
                'meaning': 'what was shown: for `catalogue_coverage`, `popularity_at_10`, and to count an item once that a list repeats'}
        }},
        'valued': ['n_labelled'],
        'headline': 'ndcg_at_10',
        'shown_sums': ['n_lists', 'n_lists_relevant'],
        'metrics': metrics + [
            {'metric': 'mrr', 'unit': '0 to 1', 'direction': 'higher_is_better', 'verdict': 'relative_drop', 'warn': 0.05, 'error': 0.1,
             'of': 'mrr_total', 'by': 'n_lists_relevant', 'interval': 'bounded', 'splits': true,
             'meaning': 'Mean reciprocal rank: 1 divided by the position of the first relevant item',
             'formula': 'mean over lists of 1 / position of the first relevant item', 'source': 'ranx'},
            {'metric': 'catalogue_coverage', 'needs': ['predictions.item'], 'unit': 'ratio', 'direction': 'higher_is_better', 'labels': 'none',
             'sql': 'n_items_at_10 / nullif(n_catalogue, 0)', 'n': 'n_lists',
             'meaning': 'Different items among the first 10 of all lists, divided by the different items that the reference showed',
             'formula': 'items in the first 10 / items of the reference', 'source': 'Herlocker et al. 2004'},
            {'metric': 'popularity_at_10', 'needs': ['predictions.item'], 'unit': 'share', 'labels': 'none',
             'sql': 'case when n_catalogue > 0 then popularity_at_10_total / nullif(n_shown_at_10, 0) end', 'n': 'n_lists',
             'meaning': 'How popular the items among the first 10 are: the mean share that each had of what the reference showed',
             'formula': 'mean over items in the first 10 of rows of the item in the reference / rows of the reference', 'source': 'Abdollahpouri et al. 2019'}
        ],
        'group_counts': {},
        'group_rates': [
            {'metric': 'ndcg_at_10', 'as': 'ndcg_at_10', 'unit': '0 to 1', 'direction': 'higher_is_better', 'of_group': 'normalized discounted cumulative gain of the first 10, of the lists of a group',
             'formula': 'mean over lists of sum label / log2(position + 1), divided by that of the best order'}
        ]
    }) }}
{% endmacro %}


{#- The first so many of a list that metrics are measured of; of the first 10 there are intervals, verdicts and what is shown. -#}
{% macro ranking_cuts() %}{{ return([5, 10, 20]) }}{% endmacro %}


{#- The averages over lists that have an interval -> {metric: what it is of a list}, over the rows of `rows_by_list`. -#}
{% macro ranking_averages(k) %}
    {{ return({
        'ndcg_at_' ~ k: 'dcg_at_' ~ k ~ ' / nullif(best_dcg_at_' ~ k ~ ', 0)',
        'map_at_' ~ k: mlmon.ratio('precisions_at_' ~ k, 'n_relevant'),
        'precision_at_' ~ k: 'case when n_relevant > 0 then ' ~ mlmon.ratio('n_found_at_' ~ k, k) ~ ' end',
        'recall_at_' ~ k: mlmon.ratio('n_found_at_' ~ k, 'n_relevant')
    }) }}
{% endmacro %}


{#- A row without a query or a rank is in no list. A label below 0 is none. -#}
{% macro ranking_rows(spec) %}
    {%- set rank = mlmon.p_double(spec, spec.predictions.rank) -%}
    {%- set query = mlmon.p(spec, spec.predictions.query) -%}
    {%- set named = spec.predictions.item -%}
    {%- set item = mlmon.segment_column(spec, named) if named else 'cast(null as ' ~ dbt.type_string() ~ ')' -%}
    {%- set relevance, findings = mlmon.double_literal(none), [] -%}
    {%- set columns = [{'name': spec.predictions.rank, 'role': 'rank', 'numeric': true, 'value': rank, 'column': spec.predictions.rank}] -%}
    {%- if named -%}{%- do columns.append({'name': named, 'role': 'item', 'numeric': false, 'value': item}) -%}{%- endif -%}
    {%- if spec.predictions.score -%}
        {%- do columns.append({'name': spec.predictions.score, 'role': 'score', 'numeric': true, 'value': mlmon.p_double(spec, spec.predictions.score), 'column': spec.predictions.score}) -%}
    {%- endif -%}
    {%- if spec.labels -%}
        {%- set label = mlmon.l_double(spec, spec.labels.label) -%}
        {%- set relevance = 'case when ' ~ label ~ ' >= 0 then ' ~ mlmon.within_addable(label) ~ ' end' -%}
        {%- do findings.append({'check': 'label values', 'log': 'labels', 'where': '(' ~ relevance ~ ') is null and ' ~ label ~ ' is not null', 'says': 'of the labels are below 0, NaN or infinite',
            'fix': 'They count as no label. A label says how relevant an item was, 0 or more.', 'is_fault': true}) -%}
    {%- endif -%}
    {{ return({
        'values': {
            'list_id': 'case when ' ~ mlmon.is_number(rank) ~ ' then ' ~ query ~ ' end', 'item': item, 'logged_rank': rank, 'logged_id': mlmon.prediction_id(spec), 'relevance': relevance
        },
        'outcome': {},
        'regrouped': {'by': 'rows_by_list', 'kept': [], 'outcome': ['is_list', 'is_relevant'], 'items': 'shown_items' if named else none},
        'label': relevance,
        'label_is_positive': '(' ~ relevance ~ ') > 0',
        'label_kinds': {'relevant': '(' ~ relevance ~ ') > 0', 'irrelevant': '(' ~ relevance ~ ') = 0'},
        'near': '1 = 0',
        'columns': columns,
        'invalid': query ~ ' is null or not coalesce(' ~ mlmon.is_number(rank) ~ ', false)',
        'findings': findings,
        'examined': 'examine_lists'
    }) }}
{% endmacro %}


{#- The rows of `source` as lists, a row a list: CTEs, of which `counted_rows` is the last. A list is what one version of the model showed for a query in a window. It is counted in the
    segments of its first row. An item that it repeats counts at its best place, with the highest of its labels. What is in no list is a row a group. -#}
{% macro rows_by_list(spec, source, names, row) -%}
{%- set list = 'window_start, model_version, list_id' -%}
{%- set in_order = 'partition by ' ~ list ~ ' order by logged_rank, logged_id nulls last, item nulls last' ~ (', ' ~ names[2:] | join(' nulls last, ') ~ ' nulls last' if names | length > 2 else '') -%}
{%- set double = mlmon.sql_type('double') -%}
{%- set integer = dbt.type_int() -%}
{%- set discount = '0.6931471805599453 / ln(cast({} + 1 as ' ~ double ~ '))' -%}
first_copies as (
    select
        {{ names | join(', ') }}, list_id, logged_rank, logged_id, item, relevance,
        {%- if row.regrouped['items'] %}
        case when list_id is null then null when item is null or row_number() over (
            {{ in_order | replace(list, list ~ ', item') }}
        ) = 1 then 1 else 0 end as is_counted,
        case when item is null then relevance else max(relevance) over (partition by {{ list }}, item) end as gain
        {%- else %}
        case when list_id is not null then 1 end as is_counted, relevance as gain
        {%- endif %}
    from {{ source }}
),
placed_rows as {{ mlmon.materialized_rows() }} (
    select
        window_start, model_version, list_id, item, relevance, is_counted,
        {%- for name in names[2:] %}
        case when list_id is null then {{ name }} else first_value({{ name }}) over ({{ in_order }} rows unbounded preceding) end as {{ name }},
        {%- endfor %}
        case when is_counted = 1 then gain end as gain,
        sum(is_counted) over ({{ in_order }} rows unbounded preceding) as place,
        sum(case when is_counted = 1 and gain > 0 then 1 else 0 end) over ({{ in_order }} rows unbounded preceding) as n_found,
        row_number() over (partition by {{ list }} order by case when is_counted = 1 then gain end desc nulls last) as best_place
    from first_copies
),
{%- if row.regrouped['items'] %}
shown_items as (
    select {{ names | join(', ') }}, item
    from placed_rows
    where is_counted = 1 and place <= 10 and item is not null
    group by {{ names | join(', ') }}, item
),
catalogue as (
    select category, max(share) as share
    from {{ ref('mlmon_bins') }}
    where monitor = {{ mlmon.text_literal(spec.name) }} and column_role = 'item' and category is not null
    group by category
),
{%- endif %}
counted_rows as (
    select
        {{ names | join(', ') }}, cast(null as {{ integer }}) as bin_number,
        (list_id is not null) as is_list, (sum(case when gain > 0 then 1 else 0 end) > 0) as is_relevant,
        count(*) as n_rows, count(relevance) as n_labelled_rows,
        sum(case when gain > 0 then 1 else 0 end) as n_relevant,
        min(case when gain > 0 then place end) as first_found,
        {%- for k in mlmon.ranking_cuts() %}
        sum(case when gain > 0 and place <= {{ k }} then 1 else 0 end) as n_found_at_{{ k }},
        sum(case when gain > 0 and place <= {{ k }} then {{ mlmon.ratio('n_found', 'place') }} else 0 end) as precisions_at_{{ k }},
        sum(case when gain > 0 and place <= {{ k }} then gain * {{ discount | replace('{}', 'place') }} else 0 end) as dcg_at_{{ k }},
        sum(case when gain > 0 and best_place <= {{ k }} then gain * {{ discount | replace('{}', 'best_place') }} else 0 end) as best_dcg_at_{{ k }},
        {%- endfor %}
        {%- if row.regrouped['items'] %}
        sum(case when is_counted = 1 and place <= 10 and item is not null then 1 else 0 end) as n_shown,
        sum(case when is_counted = 1 and place <= 10 and item is not null then coalesce(catalogue.share, 0) end) as popularity
        {%- else %}
        cast(null as {{ integer }}) as n_shown, {{ mlmon.double_literal(none) }} as popularity
        {%- endif %}
    from placed_rows
    {%- if row.regrouped['items'] %}
    left join catalogue on catalogue.category = placed_rows.item
    {%- endif %}
    group by {{ names | join(', ') }}, list_id
)
{%- endmacro %}


{#- Squares are kept of what has an interval: metrics of the first 10, and mrr. -#}
{% macro ranking_sums(spec) %}
    {%- set known = 'total' if spec.labels or not spec else 'unknown' -%}
    {%- set has_items = (spec.predictions or {}).get('item') or not spec -%}
    {%- set sums = [
        {'name': 'n_predictions', 'type': 'bigint', 'total': 'n_rows'},
        {'name': 'n_labelled', 'type': 'bigint', 'total': 'n_labelled_rows'},
        {'name': 'n_lists', 'type': 'bigint', 'count': 'is_list'},
        {'name': 'n_lists_relevant', 'type': 'bigint', 'count': 'is_relevant'}
    ] -%}
    {%- set of_list = {'mrr': mlmon.ratio('1', 'first_found')} -%}
    {%- for k in mlmon.ranking_cuts() -%}
        {%- do of_list.update(mlmon.ranking_averages(k)) -%}
        {%- do sums.append({'name': 'n_hits_at_' ~ k, 'type': 'bigint', known: 'case when n_found_at_' ~ k ~ ' > 0 then 1 else 0 end'}) -%}
    {%- endfor -%}
    {%- for name, value in of_list.items() -%}{%- do sums.append({'name': name ~ '_total', 'type': 'double', 'total': value}) -%}{%- endfor -%}
    {%- for name in mlmon.ranking_means() -%}{%- do sums.append({'name': name ~ '_sq', 'type': 'double', 'total': mlmon.square(of_list[name])}) -%}{%- endfor -%}
    {{ return(sums + [
        {'name': 'n_shown_at_10', 'type': 'bigint', 'total': 'n_shown'},
        {'name': 'popularity_at_10_total', 'type': 'double', 'total': 'popularity'},
        {'name': 'n_items_at_10', 'type': 'bigint', 'distinct' if has_items else 'unknown': 'item'}
    ]) }}
{% endmacro %}


{#- The averages over lists that have an interval. -#}
{% macro ranking_means() %}{{ return(mlmon.ranking_averages(10).keys() | list + ['mrr']) }}{% endmacro %}


{#- The error of an average over lists is that of their values and of two more lists, one that is perfect and one that finds nothing (Laplace's rule): few lists that happen to be
    alike do not make it small, and a model that finds nothing any more is judged. -#}
{% macro ranking_metrics(source, keys, metrics, by_score) -%}
{%- if by_score -%}
catalogues as (
    select monitor, max(n_categories) as n_catalogue
    from {{ ref('mlmon_bins') }}
    where column_role = 'item'
    group by monitor
),

{% endif -%}
totals as (
    {{ mlmon.summed('ranking', source, keys) }}
),

rates as (
    select
        sums.*,
        {{ mlmon.metric_values(metrics) }}
        {%- if by_score %}
        {%- for name in mlmon.ranking_means() %},
        {%- set n, mean = 'n_lists_relevant', '(' ~ name ~ '_total + 1) / (n_lists_relevant + 2)' %}
        sqrt(({{ mlmon.at_least('((' ~ name ~ '_sq + 1) / (' ~ n ~ ' + 2) - ' ~ mlmon.square(mean) ~ ')', 0) }}) / nullif({{ n }}, 0)) as {{ name }}_error
        {%- endfor %}
        {%- endif %}
    from (
        select totals.*{% if by_score %}, catalogues.n_catalogue{% endif %}
        from totals
        {%- if by_score %}
        left join catalogues on catalogues.monitor = totals.monitor
        {%- endif %}
    ) as sums
)

select rates.*{% if by_score %}, {{ mlmon.wilson_intervals(metrics) }}, {{ mlmon.normal_intervals(metrics) }}{% endif %}
from rates
{%- endmacro %}


{#- What the doctor asks of whole lists. -#}
{% macro examine_lists(spec) %}
    {%- set query, rank, segments = mlmon.p(spec, spec.predictions.query), mlmon.p_double(spec, spec.predictions.rank), mlmon.segment_columns(spec.outcome_segments) -%}
    {%- set counted -%}
        select
            count(*) as n, sum(case when n_ranks < n_ids then 1 else 0 end) as n_tied,
            sum(case when {% for name in segments %}n_values_{{ loop.index }} > 1 or {% endfor %}1 = 0 then 1 else 0 end) as n_mixed
        from (
            select
                {{ mlmon.window_start(spec, mlmon.predicted_at(spec)) }} as window_start, {{ mlmon.model_version(spec) }} as model_version, {{ query }} as list_id,
                count(distinct {{ mlmon.prediction_id(spec) }}) as n_ids, count(distinct {{ rank }}) as n_ranks
                {%- for name in segments %},
                count(distinct coalesce({{ mlmon.segment_column(spec, name) }}, '(null)')) as n_values_{{ loop.index }}
                {%- endfor %}
            from {{ spec.log }} as p
            where {{ query }} is not null and {{ mlmon.is_number(rank) }}
            group by 1, 2, 3
        ) as lists
    {%- endset -%}
    {%- set found = mlmon.query_rows(counted)[0] -%}
    {%- set n, n_tied, n_mixed = found.n or 0, found.n_tied or 0, found.n_mixed or 0 -%}
    {%- set as_share = '%.1f %%' -%}
    {%- if n -%}
        {%- do mlmon.finding(spec, 'lists', 'warn' if n_tied > 0.05 * n else 'ok', '%s lists; %s of them have a rank more than once' | format(mlmon.thousands(n), as_share | format(100 * n_tied / n)),
            'Rows with the same ' ~ spec.predictions.query ~ ' in one ' ~ spec.window ~ ' are one list. If it names a customer or a search term, which come back, name a column that is different for each list.') -%}
        {%- if segments -%}
            {%- do mlmon.finding(spec, 'segments of lists', 'warn' if n_mixed > 0 else 'ok', as_share | format(100 * n_mixed / n) ~ ' of the lists have rows of several segments or groups',
                'A list is counted where its first row is: segments and fairness attributes should be those of the request, such as the channel, and not of the item.') -%}
        {%- endif -%}
    {%- endif -%}
{% endmacro %}
