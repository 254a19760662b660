{{ config(materialized='mlmon_windows', meta={'mlmon_keeps': true, 'mlmon_replaces': 'watermarks'}) }}
-- How far the last finished run came, by monitor. Written when all sums and checks are: a run that dies before leaves it as it was, and the
-- next run does the same windows again.
-- depends_on: {{ ref('mlmon_checks') }}
-- depends_on: {{ ref('mlmon_stated_values') }}
-- depends_on: {{ ref('mlmon_reference') }}
-- depends_on: {{ ref('mlmon_label_age_sums') }}
-- depends_on: {{ ref('mlmon_pair_sums') }}
select
    new_watermarks.monitor, new_watermarks.sums_hash, new_watermarks.rules_hash, bins.reference_id, new_watermarks.time_window,
    false as is_fresh, false as has_new_predictions, false as has_new_labels,
    new_watermarks.prediction_mark, new_watermarks.n_predictions_at_mark, new_watermarks.first_timestamp, new_watermarks.newest_prediction,
    new_watermarks.label_mark, new_watermarks.n_labels_at_mark, new_watermarks.newest_label, new_watermarks.newest_timestamp, new_watermarks.previous_newest_timestamp,
    new_watermarks.n_undated, coalesce(changes.has_copies = 1, new_watermarks.has_copies) as has_copies,
    coalesce(changes.has_label_copies = 1, new_watermarks.has_label_copies) as has_label_copies, new_watermarks.pruned_before,
    new_watermarks.n_prediction_rows, new_watermarks.n_predictions_ahead, new_watermarks.n_predictions_unseen,
    new_watermarks.n_label_rows, new_watermarks.n_labels_ahead, new_watermarks.n_labels_unseen
from {{ ref('mlmon_new_watermarks') }} as new_watermarks
left join (
    {{ mlmon.references_in_force() }}
) as bins on bins.monitor = new_watermarks.monitor
left join (
    select
        monitor,
        max(case when has_copies then 1 else 0 end) as has_copies,
        max(case when has_label_copies then 1 else 0 end) as has_label_copies
    from {{ ref('mlmon_windows_to_read') }}
    group by monitor
) as changes on changes.monitor = new_watermarks.monitor
