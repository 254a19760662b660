// Scores: calibration, distribution, deciles and profit by threshold of a binary model; errors of a regression; classes of a multiclass one.
function eraSelect(eras, filters, redraw) {
  if (!eras.includes(filters.era)) filters.era = eras[eras.length - 1];
  return h('div', { class: 'field inline' }, h('label', { for: 'era' }, 'Month'),
    h('select', { id: 'era', onchange: (event) => { filters.era = event.target.value; redraw(); } }, eras.map((era) => h('option', { value: era, selected: era === filters.era }, era))),
    h('span', { class: 'hint' }, 'beside the windows of the reference'));
}

const ERA = (rows) => ({ field: 'era', type: 'nominal', sort: null, scale: { domain: distinct(rows.map((row) => row.era)), range: rows.some((row) => row.era === 'reference') ? [colors().base, colors().value] : [colors().value] } });

// The reference first, then the month.
const beside = (rows, era) => [...rows.filter((row) => row.era === 'reference'), ...rows.filter((row) => row.era === era && era !== 'reference')];

function calibrationChart(monitor, rows) {
  return chart({
    title: 'Calibration', rows, small: true, height: 240, sources: [block(monitor, 'calibration')],
    note: 'On the dashed line scores are as high as the share that came true. Bars: 95 % intervals. Windows with complete labels.',
    description: 'Share of positives by mean score, in tenths of the score, beside the reference',
    none: 'No windows with complete labels in this month.',
    spec: () => ({
      layer: [
        { data: { values: [{ x: 0, y: 0 }, { x: 1, y: 1 }] }, mark: { type: 'line', color: colors().mark, strokeDash: [4, 4], strokeWidth: 1 }, encoding: { x: { field: 'x', type: 'quantitative' }, y: { field: 'y', type: 'quantitative' } } },
        { data: { values: rows }, mark: { type: 'rule', strokeWidth: 1.5 }, encoding: { x: { field: 'score', type: 'quantitative' }, y: { field: 'low', type: 'quantitative' }, y2: { field: 'high' }, color: ERA(rows) } },
        { data: { values: rows }, mark: { type: 'line', point: { size: 36 } }, encoding: { x: { field: 'score', type: 'quantitative', title: 'mean score', axis: { tickCount: 5 } }, y: { field: 'observed', type: 'quantitative', title: 'share that came true', axis: { tickCount: 5 } }, color: ERA(rows), tooltip: [{ field: 'era' }, { field: 'score', format: '.3f' }, { field: 'observed', format: '.3f' }, { field: 'n' }] } },
      ],
    }),
  });
}

// What another threshold would have earned; the one in use is a point. Where decisions are logged, none is.
function profitChart(monitor, rows) {
  const x = { field: 'threshold', type: 'quantitative', axis: { tickCount: 5 } };
  const y = { field: 'value_by_prediction', type: 'quantitative', title: 'value by prediction', axis: { tickCount: 5 } };
  const tooltip = [{ field: 'era' }, { field: 'threshold', format: '.3f' }, { field: 'value_by_prediction', format: ',.2f' }, { field: 'n' }];
  return chart({
    title: 'Value by threshold', rows, small: true, height: 240, sources: [block(monitor, 'thresholds')],
    note: `Had every score above the threshold been a yes.${rows.some((row) => row.in_use) ? ' The point is the threshold in use.' : ''} Windows with complete labels.`,
    description: 'Value of the outcomes by prediction at each threshold on the score, beside the reference',
    none: 'Shown of the whole log, for months with complete labels.',
    spec: () => ({
      layer: [
        { data: { values: rows }, mark: { type: 'line' }, encoding: { x, y, color: ERA(rows), tooltip } },
        { data: { values: rows.filter((row) => row.in_use) }, mark: { type: 'point', filled: true, size: 70, opacity: 1 }, encoding: { x, y, color: ERA(rows), tooltip } },
      ],
    }),
  });
}

function binaryScores(monitor, filters, redraw) {
  const pick = chosen(filters);
  const of = (name) => records(monitor, name, pick.where);
  const eras = distinct(of('scores').map((row) => row.era)).sort((a, b) => (a === 'reference' ? -1 : b === 'reference' ? 1 : a < b ? -1 : 1));
  if (!eras.length) return [empty(filters.version === 'all' ? 'No scores here.' : 'Scores of a version are shown of the whole log: choose the whole log as the segment.')];
  const labelled = distinct(of('calibration').map((row) => row.era)).sort((a, b) => (a === 'reference' ? -1 : b === 'reference' ? 1 : a < b ? -1 : 1));
  if (!filters.era && labelled.length) filters.era = labelled[labelled.length - 1];
  const select = eraSelect(eras, filters, redraw);
  const calibration = beside(of('calibration'), filters.era);
  const scores = beside(of('scores'), filters.era).map((row) => ({ ...row, scores: `${((row.tenth - 1) / 10).toFixed(1)} to ${(row.tenth / 10).toFixed(1)}` }));
  const deciles = beside(of('deciles'), filters.era);
  return [select, h('div', { class: 'grid wide' },
    calibrationChart(monitor, calibration),
    chart({
      title: 'Score distribution', rows: scores, small: true, height: 240, sources: [block(monitor, 'scores')], note: 'All predictions, labeled or not.',
      description: 'Share of the predictions by tenth of the score, beside the reference',
      spec: () => ({ data: { values: scores }, mark: { type: 'bar' }, encoding: { x: { field: 'scores', type: 'ordinal', sort: null, axis: { title: 'score', labelAngle: -40 } }, xOffset: { field: 'era', sort: null }, y: { field: 'share', type: 'quantitative', axis: { format: '.0%', title: 'share of predictions', tickCount: 5 } }, color: ERA(scores), tooltip: [{ field: 'era' }, { field: 'scores' }, { field: 'share', format: '.1%' }, { field: 'n' }] } }),
    }),
    chart({
      title: 'Deciles', rows: deciles, small: true, height: 240, sources: [block(monitor, 'deciles')], note: 'Decile 1 has the highest scores. Windows with complete labels.',
      description: 'Share of positives in each tenth of the predictions by their scores, beside the reference',
      none: 'No windows with complete labels in this month.',
      spec: () => ({ data: { values: deciles }, mark: { type: 'bar' }, encoding: { x: { field: 'decile', type: 'ordinal', axis: { labelAngle: 0 } }, xOffset: { field: 'era', sort: null }, y: { field: 'positive_rate', type: 'quantitative', axis: { format: '.0%', title: 'share that came true', tickCount: 5 } }, color: ERA(deciles), tooltip: [{ field: 'era' }, { field: 'decile' }, { field: 'positive_rate', format: '.1%' }, { field: 'lift', format: '.2f' }, { field: 'cumulative_gain', format: '.1%' }] } }),
    }), ...(block(monitor, 'thresholds') ? [profitChart(monitor, beside(of('thresholds'), filters.era))] : []))];
}

function regressionScores(monitor, filters) {
  const pick = chosen(filters);
  const all = points(monitor, 'residuals', pick.where, pick.period);
  const last = all.map((row) => row.window_start).sort().pop();
  const rows = all.filter((row) => row.window_start === last).map((row) => ({ ...row, values: row.score_from === null ? `up to ${number(row.score_to)}` : row.score_to === null ? `over ${number(row.score_from)}` : `${number(row.score_from)} to ${number(row.score_to)}` }))
    .sort((a, b) => (a.score_group < b.score_group ? -1 : 1));
  const shown = rows.flatMap((row) => [{ values: row.values, of: 'reference', bias: row.baseline_bias }, { values: row.values, of: day(last), bias: row.bias }]);
  return [chart({
    title: `Mean error by predicted value${last ? `, ${day(last)}` : ''}`, rows: shown, sources: [block(monitor, 'residuals')], note: 'Prediction − label; 0 is no bias.', height: 240,
    description: 'Mean error in each tenth of the predicted value, beside the reference', none: 'No labeled predictions here yet.',
    spec: () => ({ data: { values: shown }, mark: { type: 'bar' }, encoding: { x: { field: 'values', type: 'nominal', sort: null, axis: { title: 'predicted value', labelAngle: -40 } }, xOffset: { field: 'of', sort: null }, y: { field: 'bias', type: 'quantitative', title: 'mean error' }, color: { field: 'of', type: 'nominal', sort: null, scale: { domain: ['reference', day(last)], range: [colors().base, colors().value] } }, tooltip: [{ field: 'of' }, { field: 'values' }, { field: 'bias', format: '.4g' }] } }),
  })];
}

function classScores(monitor, filters, redraw) {
  const pick = chosen(filters);
  const confusion = records(monitor, 'confusion', pick.where);
  const eras = distinct(confusion.map((row) => row.era)).sort((a, b) => (a === 'reference' ? -1 : b === 'reference' ? 1 : a < b ? -1 : 1));
  const classes = points(monitor, 'classes', pick.where, pick.period).filter((row) => row.f1 !== null);
  if (!eras.length) return [empty('No labeled predictions here yet.')];
  const select = eraSelect(eras, filters, redraw);
  const rows = confusion.filter((row) => row.era === filters.era);
  return [select, h('div', { class: 'grid wide' },
    chart({
      title: `Confusion, ${filters.era}`, rows, small: true, height: 260, sources: [block(monitor, 'confusion')], note: 'Of each label, the share that was predicted as each class.',
      description: 'Share of each label predicted as each class',
      spec: () => ({ data: { values: rows }, mark: { type: 'rect' }, encoding: { x: { field: 'prediction', type: 'nominal', axis: { labelAngle: -40 } }, y: { field: 'label', type: 'nominal' }, color: { field: 'share', type: 'quantitative', scale: { range: dark() ? ['#222b35', '#e6f4ff'] : ['#f0f3f6', '#08325c'], domain: [0, 1] }, legend: { format: '.0%' } }, tooltip: [{ field: 'label' }, { field: 'prediction' }, { field: 'share', format: '.1%' }, { field: 'n' }] } }),
    }),
    chart({ title: 'F1 of each class', rows: classes, small: true, height: 260, sources: [block(monitor, 'classes')], description: 'F1 by window and class', spec: () => lines(classes, { y: 'f1', color: 'class_name', title: 'f1', domain: domainOf(classes), monitor }) }))];
}

function scoresSection(monitor, task, filters, redraw) {
  const make = { binary: binaryScores, regression: regressionScores, multiclass: classScores }[task];
  if (!make || (task !== 'binary' && !block(monitor, 'performance'))) return [];
  return [h('h2', { id: 'scores' }, { binary: 'Scores', regression: 'Errors', multiclass: 'Classes' }[task]), ...make(monitor, filters, redraw)];
}
