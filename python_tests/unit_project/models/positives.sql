{%- set one = {'labels': {}} %}
{%- set won = {'labels': {'positive_class': 'won'}} %}
{%- set two = {'labels': {'positive_class': '2'}} %}
{%- set no = {'labels': {'positive_class': false}} %}
select
    case_name,
    {{ mlmon.is_positive(one, 'as_text', {'kind': 'text', 'family': 'text'}) }} as text_default,
    {{ mlmon.is_positive(won, 'as_text', {'kind': 'text', 'family': 'text'}) }} as text_won,
    {{ mlmon.is_positive(one, 'as_number', {'kind': 'numeric', 'family': 'float'}) }} as number_default,
    {{ mlmon.is_positive(two, 'as_number', {'kind': 'numeric', 'family': 'float'}) }} as number_two,
    {{ mlmon.is_positive(one, 'as_boolean', {'kind': 'boolean', 'family': 'boolean'}) }} as boolean_default,
    {{ mlmon.is_positive(no, 'as_boolean', {'kind': 'boolean', 'family': 'boolean'}) }} as boolean_false,
    {{ mlmon.is_positive(won, 'as_boolean', {'kind': 'boolean', 'family': 'boolean'}) }} as boolean_won,
    {{ mlmon.is_positive(won, 'as_number', {'kind': 'numeric', 'family': 'float'}) }} as number_won,
    {{ mlmon.is_positive(no, 'as_number', {'kind': 'numeric', 'family': 'float'}) }} as number_no
from {{ ref('classes') }}
