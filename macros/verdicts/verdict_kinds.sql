{#- How a number is judged by default, a kind a file in kinds/ -> {kind: {effect, z, p_value, enough, side, bound, required, clean, dispersion, against}}, all but
    `against` SQL over a candidate row (`judged_candidates` lists its columns).

    effect: how far the number went in the bad direction. z: how surely, in standard deviations; by default `p_value` is its upper tail.
    enough: whether it rests on rows enough. side: on which side it is bad. dispersion: how much more than chance the reference's windows differ, where that counts.
    bound: the value at which an effect of `{size}` is reached, for people to read beside the number. required: the effect that a size asks for.
    clean: the effect at which a number has come back.
    against: `windows` of the reference, of the same phase of the week where it has enough of them; the `reference` as a whole; or a `bound`. -#}
{% macro verdict_kinds() %}
    {%- set kinds = {
        'drift': mlmon.drift_verdict(), 'relative_drop': mlmon.relative_drop_verdict(), 'relative_rise': mlmon.relative_rise_verdict(),
        'share_rise': mlmon.share_rise_verdict(), 'share_drop': mlmon.share_drop_verdict(), 'share_shift': mlmon.share_shift_verdict(),
        'ratio_bound': mlmon.ratio_bound_verdict(), 'error_rise': mlmon.error_rise_verdict(), 'bias_shift': mlmon.bias_shift_verdict(), 'seasonal_band': mlmon.seasonal_band_verdict(), 'kpi': mlmon.kpi_verdict(),
        'correlation_shift': mlmon.correlation_shift_verdict()
    } -%}
    {%- set defaults = {
        'z': mlmon.double_literal(none), 'p_value': mlmon.normal_tail('z'), 'enough': 'n >= min_rows', 'required': '{size}', 'clean': '0.5 * warn_size',
        'dispersion': mlmon.double_literal(none), 'against': 'windows'
    } -%}
    {%- for kind in kinds.values() -%}
        {%- for key, value in defaults.items() if key not in kind -%}{%- do kind.update({key: value}) -%}{%- endfor -%}
    {%- endfor -%}
    {{ return(kinds) }}
{% endmacro %}


{#- What each kind says under `key` -> SQL. `size`: SQL that takes the place of `{size}`. -#}
{% macro by_verdict(key, size='') -%}
    {%- set kinds_of = {} -%}
    {%- for name, kind in mlmon.verdict_kinds().items() -%}{%- do kinds_of.update({kind[key]: kinds_of.get(kind[key], []) + [name]}) -%}{%- endfor -%}
    case
        {%- for expression, kinds in kinds_of.items() %}
        when verdict in ({{ mlmon.text_literals(kinds) }}) then {{ expression | replace('{size}', size) }}
        {%- endfor %}
    end
{%- endmacro %}


{#- The kinds with `value` under `key`, as SQL literals. -#}
{% macro kinds_with(key, value) %}
    {%- set names = [] -%}
    {%- for name, kind in mlmon.verdict_kinds().items() if kind[key] == value -%}{%- do names.append(name) -%}{%- endfor -%}
    {{ return(mlmon.text_literals(names)) }}
{% endmacro %}
