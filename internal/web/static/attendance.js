// The attendance screen works without this file. It makes it faster for who uses the keyboard: Enter and the
// arrows go to the row above or below, a digit goes to the minutes, and one button fills in all.
(function () {
	"use strict";

	function fields(column) {
		return Array.prototype.slice.call(document.querySelectorAll("[data-column='" + column + "']"));
	}

	function of(row, column) {
		return row && row.querySelector("[data-column='" + column + "']");
	}

	function move(from, step) {
		var all = fields(from.dataset.column);
		var to = all[all.indexOf(from) + step];
		if (!to) return false;
		to.focus();
		if (to.select) to.select();
		return true;
	}

	function announce(text) {
		document.dispatchEvent(new CustomEvent("announce", { detail: text }));
	}

	var moved = false; // by the Enter that is down

	document.addEventListener("keydown", function (event) {
		var at = event.target;
		if (!at.dataset || !at.dataset.column || event.ctrlKey || event.metaKey || event.altKey) return;
		var list = at.tagName === "SELECT";
		if (event.key === "Enter") {
			// Enter in the last row saves, as it does without this file.
			moved = move(at, event.shiftKey ? -1 : 1);
			if (moved) event.preventDefault();
		} else if (!list && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
			if (move(at, event.key === "ArrowDown" ? 1 : -1)) event.preventDefault();
		} else if (list && /^[0-9]$/.test(event.key)) {
			// The digit itself goes where the focus is by then.
			var minutes = of(at.closest("tr"), "minutes");
			if (!minutes) return;
			minutes.value = "";
			minutes.focus();
		}
	});

	// The Enter that brought us here must neither open a list nor send the form.
	document.addEventListener("keypress", function (event) {
		if (event.key === "Enter" && moved) event.preventDefault();
		moved = false;
	});

	// Who writes minutes or a time says that it was a part.
	document.addEventListener("input", function (event) {
		var column = event.target.dataset && event.target.dataset.column;
		if (!column || column === "how" || !event.target.value) return;
		var how = of(event.target.closest("tr"), "how");
		if (!how || how.value === "part") return;
		how.value = "part";
		announce(how.selectedOptions[0].text);
	});

	// Who chooses all of the meeting, or an absence, takes the minutes away.
	document.addEventListener("change", function (event) {
		if (!event.target.dataset || event.target.dataset.column !== "how" || event.target.value === "part") return;
		["minutes", "arrived", "departed"].forEach(function (column) {
			var field = of(event.target.closest("tr"), column);
			if (field) field.value = "";
		});
	});

	// One button fills in all. It says so, since focus stays on it.
	document.addEventListener("click", function (event) {
		var button = event.target.closest("[data-all]");
		if (!button) return;
		fields("how").forEach(function (how) {
			how.value = "whole";
			how.dispatchEvent(new Event("change", { bubbles: true }));
		});
		button.form.dataset.changed = "yes";
		announce(button.dataset.all);
	});

	function show() {
		document.querySelectorAll("[data-all]").forEach(function (button) { button.hidden = false; });
	}
	show();
	document.addEventListener("htmx:afterSwap", show);
})();
