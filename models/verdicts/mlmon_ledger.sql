{{ config(materialized='mlmon_windows', meta={'mlmon_keeps': true, 'mlmon_replaces': 'ledger'}) }}
-- How far the last finished run came, by monitor. Written when everything else is: a run that dies before leaves it as it was, and the next
-- run does the same windows again.
-- depends_on: {{ ref('mlmon_checks') }}
-- depends_on: {{ ref('mlmon_reference') }}
select
    arrivals.monitor, arrivals.sums_hash, arrivals.rules_hash, bins.reference_id, arrivals.time_window,
    false as is_fresh, false as has_new_predictions, false as has_new_labels,
    arrivals.prediction_mark, arrivals.n_predictions_at_mark, arrivals.first_timestamp, arrivals.newest_prediction,
    arrivals.label_mark, arrivals.n_labels_at_mark, arrivals.newest_label, arrivals.newest_timestamp, arrivals.previous_newest_timestamp,
    arrivals.n_undated, coalesce(changes.has_copies = 1, arrivals.has_copies) as has_copies,
    coalesce(changes.has_label_copies = 1, arrivals.has_label_copies) as has_label_copies, arrivals.pruned_before,
    arrivals.n_prediction_rows, arrivals.n_predictions_ahead, arrivals.n_predictions_unseen,
    arrivals.n_label_rows, arrivals.n_labels_ahead, arrivals.n_labels_unseen
from {{ ref('mlmon_arrivals') }} as arrivals
left join (
    select monitor, max(reference_id) as reference_id
    from {{ ref('mlmon_bins') }}
    group by monitor
) as bins on bins.monitor = arrivals.monitor
left join (
    select
        monitor,
        max(case when has_copies then 1 else 0 end) as has_copies,
        max(case when has_label_copies then 1 else 0 end) as has_label_copies
    from {{ ref('mlmon_changes') }}
    group by monitor
) as changes on changes.monitor = arrivals.monitor
