{#- Fingerprints of a monitor's configuration, by what a change of it touches -> {sums_hash, reference_hash, rules_hash}.

    `sums_hash`: what makes a row, places it in time or is added up of it. A change reads the monitor's logs anew. Three parts with '-' between them: the
    rows of the predictions, those of the labels, the rest. Where the first is another one, windows that the log does not hold are of other rows.
    `reference_hash`: which rows are the reference, and what is counted of them: two parts. A change takes the reference anew.
    `rules_hash`: what judges. A change computes metrics and checks anew from the sums.

    A value that is the default is left out: a key that a later version adds changes no fingerprint, nor does writing a default down. -#}
{% macro config_hashes(spec, segments, attributes, reference, excluded, schema) %}
    {%- set defaults = mlmon.built_in_defaults(schema) -%}
    {%- set block_defaults = mlmon.built_in_defaults(schema, optional=true) -%}
    {%- set implied, binned, by_label = {}, [], [] -%}
    {%- for key, rule in schema.labels['keys'].items() -%}
        {%- if 'implied' in rule -%}{%- do implied.update({key: rule.implied}) -%}{%- endif -%}
        {%- if rule.in_reference -%}{%- do by_label.append(key) -%}{%- endif -%}
    {%- endfor -%}
    {#- a period is one of the log; a relation is the reference whatever the log is -#}
    {%- for key, rule in schema.predictions['keys'].items() if rule.in_reference or (key in ['relation', 'id', 'timestamp'] and not reference.relation) -%}
        {%- do binned.append(key) -%}
    {%- endfor -%}
    {%- set label_defaults = mlmon.deep_merge(implied, block_defaults.labels) -%}
    {%- set predictions = mlmon.not_default(spec.predictions, defaults.predictions, without=['lookback']) -%}
    {%- set labels = mlmon.not_default(spec.labels or {}, label_defaults, without=['lookback', 'maturity']) -%}
    {%- set counted = mlmon.not_default({
        'numeric': (spec.features.get('numeric') or []) | sort, 'categorical': (spec.features.get('categorical') or []) | sort,
        'segments': segments | map('join', ',') | sort, 'attributes': attributes | sort
    }, {}) -%}
    {%- set period = mlmon.not_default(reference, {}, without=['ranges']) -%}
    {%- set parts_of_it = 'of ' ~ reference.ranges if reference.start and reference.ranges != [[reference.start, reference.end]] -%}
    {%- set kpis = [] -%}
    {%- for kpi in spec.kpis -%}{%- do kpis.append([kpi.name, kpi.numerator, kpi.denominator]) -%}{%- endfor -%}
    {%- set from_log = {} -%}
    {%- for key in binned if key in predictions -%}{%- do from_log.update({key: predictions[key]}) -%}{%- endfor -%}
    {%- for key in by_label if 'prediction' in predictions and key in labels -%}{%- do from_log.update({key: labels[key]}) -%}{%- endfor -%}
    {%- set judging = {} -%}
    {%- for key in ['by_version', 'min_rows'] -%}{%- do judging.update({key: spec.alerts[key]}) -%}{%- endfor -%}
    {%- set better = [] -%}
    {%- for kpi in spec.kpis if kpi.get('better', 'higher') != 'higher' -%}{%- do better.append([kpi.name, kpi.better]) -%}{%- endfor -%}
    {#- columns in two roles: an earlier version judged them as one -#}
    {%- set subjects = [] -%}
    {%- for column in mlmon.column_subjects(spec) if column.subject != column.name -%}{%- do subjects.append(column.subject) -%}{%- endfor -%}
    {#- how verdicts are reached: a version that judges otherwise counts on -#}
    {%- set method = 3 -%}
    {%- set rules = mlmon.not_default({
        'method': method,
        'thresholds': spec.thresholds, 'verdicts': mlmon.not_default(spec.verdicts, defaults.verdicts), 'alerts': mlmon.not_default(judging, defaults.alerts),
        'labels': mlmon.not_default({'maturity': spec.labels.maturity}, label_defaults) if spec.labels else {},
        'fairness': mlmon.not_default(spec.fairness, block_defaults.fairness, without=['attributes']) if spec.fairness else {},
        'kpis': better, 'subjects': subjects,
        'baselines': mlmon.not_default({'baseline': spec.baseline, 'exclude': excluded, 'holidays': spec.get('holidays')}, defaults)
    }, {}) -%}
    {%- set recounted, lacking = mlmon.tasks()[spec.task].recounted or {}, [] -%}
    {%- for key in recounted.needs or [] if not mlmon.at_path(spec, key) -%}{%- do lacking.append(key) -%}{%- endfor -%}
    {{ return({
        'sums_hash': [local_md5(mlmon.ordered_json(mlmon.rows_of_log(predictions))), local_md5(mlmon.ordered_json(mlmon.rows_of_log(labels))),
            local_md5(mlmon.ordered_json([spec.task, spec.window, predictions, labels, dict(counted, **mlmon.not_default({'sums': recounted.sums if not lacking, 'pairs': spec.features.get('pairs')}, {})), period, kpis, spec.get('value')]))] | join('-'),
        'reference_hash': [local_md5(mlmon.ordered_json([spec.task, from_log, dict(period, **mlmon.not_default({'ranges': parts_of_it or none}, {}))])), local_md5(mlmon.ordered_json(counted))] | join('-'),
        'rules_hash': local_md5(mlmon.ordered_json(rules))
    }) }}
{% endmacro %}


{#- The entries of a mapping whose value is not the default and not empty. -#}
{% macro not_default(block, defaults, without=[]) %}
    {%- set found = {} -%}
    {%- for key, value in block.items() if key not in without and value is not none and value != defaults.get(key)
            and not ((value is mapping or value is sequence) and not value) -%}
        {%- do found.update({key: value}) -%}
    {%- endfor -%}
    {{ return(found) }}
{% endmacro %}


{#- What says which rows a log has and when they are. -#}
{% macro rows_of_log(block) %}
    {%- set found = {} -%}
    {%- for key in ['relation', 'id', 'timestamp'] if key in block -%}{%- do found.update({key: block[key]}) -%}{%- endfor -%}
    {{ return(found) }}
{% endmacro %}


{#- Whether a part of a fingerprint of the last finished run is another one now; false where that is not known, for an earlier version kept no parts. -#}
{% macro part_changed(before, hash, part) %}
    {%- set parts = (before or '').split('-') -%}
    {{ return(parts | length > 1 and parts[part] != hash.split('-')[part]) }}
{% endmacro %}
