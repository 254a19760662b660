with scaled as (
    select *, {{ mlmon.dispersion('dispersions.') }} as dispersion
    from {{ ref('dispersions') }} as dispersions
)

select case_name, round(dispersion, 9) as dispersion, round({{ mlmon.effective_df('chi2_df', '') }}, 9) as df
from scaled
