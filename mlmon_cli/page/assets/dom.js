// Elements. Texts are set as texts, never as HTML: they come from data.
function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (name === 'class') element.className = value;
    else element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.flat(3).filter((child) => child !== null && child !== undefined && child !== ''));
  return element;
}

const safeLink = (url, text) => (/^https?:\/\//i.test(url || '') ? h('a', { href: url, rel: 'noreferrer' }, text || url) : text || url || '');

const say = (text) => { document.getElementById('live').textContent = text; };

const STATUS = {
  error: ['■', 'error'], warn: ['▲', 'warning'], ok: ['●', 'ok'], no_data: ['✕', 'no data'],
  insufficient_data: ['○', 'too little data'], not_judged: ['○', 'not judged'],
};

// A status by its shape and its word, not by color alone.
function badge(status) {
  const [shape, word] = STATUS[status] || ['○', status];
  return h('span', { class: `badge ${status}` }, h('span', { 'aria-hidden': 'true' }, shape), ` ${word}`);
}

const empty = (text) => h('p', { class: 'empty' }, text);
