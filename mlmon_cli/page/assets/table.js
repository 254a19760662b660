// Tables: sorted by a click on their heads; and what stands behind a chart: its data and its SQL.
const shown = (value, column) => {
  if (value === null || value === undefined) return '–';
  if (typeof value === 'number') return number(value);
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (column === 'window_start' || /_at$|since$/.test(column)) return day(value);
  return String(value);
};

// columns: [{key, label, show(row), right}]
function table(caption, columns, rows, { sortable = true, limit = Infinity } = {}) {
  let by = null;
  let down = false;
  const body = h('tbody');
  const draw = () => {
    const sorted = by === null ? rows : [...rows].sort((a, b) => {
      const [x, y] = [a[by], b[by]];
      if (x === y) return 0;
      if (x === null || x === undefined) return 1;
      if (y === null || y === undefined) return -1;
      return (x < y ? -1 : 1) * (down ? -1 : 1);
    });
    body.replaceChildren(...sorted.slice(0, limit).map((row) => h('tr', {}, columns.map((column, i) => h(
      i === 0 ? 'th' : 'td', { scope: i === 0 ? 'row' : null, class: column.right ? 'right' : null },
      column.show ? column.show(row) : shown(row[column.key], column.key),
    )))));
  };
  const heads = columns.map((column) => {
    const head = h('th', { scope: 'col', class: column.right ? 'right' : null });
    if (!sortable) head.append(column.label);
    else {
      head.append(h('button', {
        type: 'button',
        onclick: () => {
          down = by === column.key ? !down : false;
          by = column.key;
          heads.forEach((other) => other.removeAttribute('aria-sort'));
          head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
          draw();
        },
      }, column.label));
    }
    return head;
  });
  draw();
  const more = rows.length > limit ? h('p', { class: 'hint' }, `The first ${number(limit)} of ${number(rows.length)} rows.`) : null;
  return h('div', {}, h('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': caption },
    h('table', {}, h('caption', {}, caption), h('thead', {}, h('tr', {}, heads)), body)), more);
}

// What stands behind a chart. The table is made when it is opened.
function behind(title, rows, sources) {
  const details = h('details', { class: 'behind' }, h('summary', {}, 'Data and SQL', h('span', { class: 'unseen' }, ` of ${title}`)));
  details.addEventListener('toggle', () => {
    if (!details.open || details.childElementCount > 1) return;
    const keys = rows.length ? Object.keys(rows[0]).filter((key) => key !== 't' && !key.startsWith('_')) : [];
    details.append(rows.length
      ? table(`Data: ${title}`, keys.map((key) => ({ key, label: words(key), right: typeof rows[0][key] === 'number' })), rows, { limit: 500 })
      : empty('No rows.'));
    for (const source of sources.filter(Boolean)) {
      details.append(h('pre', { tabindex: '0', 'aria-label': `SQL of ${title}` }, source.sql));
    }
  });
  return details;
}
