// Sets the chosen theme before the first paint; without a choice the system decides.
// A classic script: modules run too late for that.
(function () {
  try {
    var chosen = localStorage.getItem("theme");
    if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
  } catch (blocked) { /* Storage may be blocked: the system decides. */ }
})();
