// Everything works without this file. It makes three things better: after a page has been sent or
// swapped, focus goes to what came of it, and the change is told once to whoever listens rather than
// looks; a form is not sent twice; and leaving a form half written asks first.
(function () {
	"use strict";

	// What came of an act says so with autofocus: the notice, the summary of mistakes, what was found. Focus is what
	// reads it out, so nothing of it stands in a live region too.
	function focus(to) {
		if (to && document.activeElement !== to) to.focus();
	}

	// For browsers that keep autofocus to fields.
	document.addEventListener("DOMContentLoaded", function () { focus(document.querySelector("[autofocus]")); });

	document.addEventListener("htmx:afterSettle", function () {
		var main = document.getElementById("main"), to = main.querySelector("[autofocus]");
		if (main.contains(document.activeElement)) return;
		if (!to && (to = main.querySelector("h1"))) to.tabIndex = -1;
		focus(to);
	});

	// What changes elsewhere on the page, while focus stays, is told in the one live region.
	var soon; // the timer of what is not yet told, since a region that has been empty says the same words again
	function announce(text) {
		var region = document.getElementById("live");
		window.clearTimeout(soon);
		region.textContent = "";
		if (text) soon = window.setTimeout(function () { region.textContent = text; }, 50);
	}
	document.addEventListener("announce", function (event) { announce(event.detail); });

	// Answers that tell of mistakes are pages too, and are swapped in like the rest. One without a main part is
	// not ours: a proxy's, perhaps.
	document.addEventListener("htmx:beforeSwap", function (event) {
		var ours = event.detail.xhr.responseText.indexOf('id="main"') > 0;
		event.detail.shouldSwap = ours;
		event.detail.isError = !ours;
		if (!ours) return lost();
		announce(""); // of what is swapped out, no more
		document.activeElement.blur(); // or focus would be put back on what is swapped out
	});

	// No answer: the page stays as it is, with what was typed, and says so.
	function lost() {
		var old = document.getElementById("lost-text");
		if (old) old.parentNode.remove();
		var main = document.getElementById("main");
		main.prepend(document.getElementById("lost").content.cloneNode(true));
		focus(main.firstElementChild);
	}
	document.addEventListener("htmx:sendError", lost);
	document.addEventListener("htmx:timeout", lost);

	document.addEventListener("submit", function (event) {
		var form = event.target;
		if (form.method !== "post" || form.hasAttribute("hx-post") || form.hasAttribute("data-download") || event.defaultPrevented) return;
		if (form.dataset.sent) { event.preventDefault(); return; }
		form.dataset.sent = "yes";
		delete form.dataset.changed;
		var button = event.submitter;
		if (button) button.setAttribute("aria-busy", "true");
	});

	// Back from the browser's memory: the form may be sent again.
	window.addEventListener("pageshow", function (event) {
		if (!event.persisted) return;
		document.querySelectorAll("form[data-sent]").forEach(function (form) { delete form.dataset.sent; });
		document.querySelectorAll("[aria-busy]").forEach(function (button) { button.removeAttribute("aria-busy"); });
	});

	document.addEventListener("input", function (event) {
		var form = event.target.form;
		if (form && form.method === "post" && form.hasAttribute("data-keep")) form.dataset.changed = "yes";
	});

	window.addEventListener("beforeunload", function (event) {
		if (document.querySelector("form[data-changed]")) event.preventDefault();
	});

	// A list that is chosen from may go at once, where the page says so.
	document.addEventListener("change", function (event) {
		var form = event.target.form;
		if (form && form.hasAttribute("data-auto")) form.requestSubmit();
	});

	document.addEventListener("click", function (event) {
		if (event.target.closest("[data-print]")) window.print();
	});
})();
