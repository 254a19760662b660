{{ mlmon.add_up(ref('finest'), [['channel']], ['window_start'], ['sum(n) as n'], none, [['region'], ['channel']]) }}
