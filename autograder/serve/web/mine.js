// While a verdict is awaited, the page is loaded again, unless a file was chosen already.
const file = document.getElementById("notebook");
if (document.body.dataset.waits) {
  setInterval(() => file.value || location.reload(), 3000);
}
