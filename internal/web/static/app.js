// Everything works without this file. It makes three things better: after a page has been sent or
// swapped, focus goes to what came of it, and the change is told once to whoever listens rather than
// looks; a form is not sent twice; and leaving a form half written asks first.
(function () {
	"use strict";

	// What a page or a fragment wants to be read first: the summary of mistakes, or else the notice.
	function first(root) {
		return root.querySelector("[data-focus]");
	}

	function focus(root) {
		var found = first(root);
		if (!found) return false;
		found.focus({ preventScroll: false });
		return true;
	}

	function announce(text) {
		var region = document.getElementById("live");
		if (!region || !text) return;
		region.textContent = "";
		window.setTimeout(function () { region.textContent = text; }, 50);
	}

	document.addEventListener("DOMContentLoaded", function () { focus(document); });

	document.addEventListener("htmx:afterSettle", function (event) {
		var target = event.detail.elt;
		if (!target || !target.querySelector) return;
		var told = target.querySelector("[data-announce]") || (target.matches("[data-announce]") ? target : null);
		if (!focus(target) && told) announce(told.getAttribute("data-announce"));
	});

	// Answers that tell of mistakes are pages too: 4xx are swapped in like the rest.
	document.addEventListener("htmx:beforeSwap", function (event) {
		if (event.detail.xhr.status >= 400 && event.detail.xhr.status < 500) {
			event.detail.shouldSwap = true;
			event.detail.isError = false;
		}
	});

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
