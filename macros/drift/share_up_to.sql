{#- The share of all values that lies within a bin and up to `x`, from what the bin knows: its share of all values, how many values it
    holds, the least and the greatest. NULL where that does not tell: between the ends of three values or more. 0 for a bin without values.
    `is_before`: up to but not at `x`. -#}
{% macro share_up_to(x, share, n, minimum, maximum, is_before=false) -%}
    case
        when {{ n }} is null or {{ x }} {{ '<=' if is_before else '<' }} {{ minimum }} then 0
        when {{ x }} {{ '>' if is_before else '>=' }} {{ maximum }} then {{ share }}
        when {{ n }} = 2 then {{ share }} / 2
    end
{%- endmacro %}


{#- The greatest distance of two cumulative shares that is known within a bin: at its upper edge, and at those ends of the two sides' values where both
    shares are known. Columns of the row: gap_before (the distance at the bin's lower edge), pb, b_n, b_minimum, b_maximum and the
    same for the reference, a. -#}
{% macro greatest_gap_in_bin() -%}
    greatest(
        abs(gap_before + pb - pa)
        {%- for x in ['b_minimum', 'b_maximum', 'a_minimum', 'a_maximum'] %}
        {%- for is_before in [false, true] %},
        coalesce(abs(
            gap_before + {{ mlmon.share_up_to(x, 'pb', 'b_n', 'b_minimum', 'b_maximum', is_before) }}
            - {{ mlmon.share_up_to(x, 'pa', 'a_n', 'a_minimum', 'a_maximum', is_before) }}
        ), 0)
        {%- endfor %}
        {%- endfor %}
    )
{%- endmacro %}
