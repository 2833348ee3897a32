// A button that copies what stands in a field; without a script the field itself
// is copied from.
for (const button of document.querySelectorAll('[data-copy]')) {
  const field = document.getElementById(button.dataset.copy);
  button.hidden = false;
  button.addEventListener('click', async () => {
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
    } catch {
      if (!document.execCommand('copy')) return; // it stays selected
    }
    button.textContent = button.dataset.done;
  });
}
