{{ mlmon.add_up(ref('finest'), [[], ['region'], ['region', 'channel']], ['window_start'], ['sum(n) as n'], true) }}
