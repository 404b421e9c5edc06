// Memory that is eaten before any call has begun.
// ends: out-of-memory deadline
// limits: { "wallMs": 3000, "cpuMs": 3000 }
const kept = []
for (;;) kept.push({ kept: Math.random() })
