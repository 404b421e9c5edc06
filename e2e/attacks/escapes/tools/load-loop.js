// A package that never comes to the end of its own loading.
// ends: deadline
for (;;);
