// The data of the report: blocks, each the rows of one query. Nothing here adds anything up.
let report = null;

async function readReport() {
  const { gzip } = JSON.parse(document.getElementById('data').textContent);
  const bytes = Uint8Array.from(atob(gzip), (c) => c.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  report = JSON.parse(await new Response(stream).text());
}

const block = (monitor, name) => (report.blocks[monitor] || {})[name] || null;

const fits = (row, where) => Object.entries(where).every(([key, value]) => row[key] === value);

// The rows of a block as objects; of a series, its lists in them.
function records(monitor, name, where = {}) {
  const found = block(monitor, name);
  if (!found) return [];
  return found.rows
    .map((cells) => Object.fromEntries(found.columns.map((column, i) => [
      column, found.packed.includes(column) ? report.lists[cells[i]] : cells[i],
    ])))
    .filter((row) => fits(row, where));
}

const moment = (text) => Date.parse(text.length > 10 ? `${text}Z` : text);

// The points of the series of a block: a row a window, within the period of the filters.
function points(monitor, name, where = {}, period = {}) {
  const found = block(monitor, name);
  if (!found) return [];
  const keys = found.columns.filter((column) => !found.packed.includes(column));
  const rows = [];
  for (const one of records(monitor, name, where)) {
    const [first] = found.packed;
    one[first].forEach((_, i) => {
      const row = {};
      for (const key of keys) row[key] = one[key];
      for (const column of found.packed) row[column] = one[column][i];
      if (row.window_start !== undefined) {
        if (period.from && row.window_start.slice(0, 10) < period.from) return;
        if (period.to && row.window_start.slice(0, 10) > period.to) return;
        row.t = moment(row.window_start);
      }
      rows.push(row);
    });
  }
  return rows;
}

const distinct = (values) => [...new Set(values)];
