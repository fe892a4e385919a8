// A workshop works without this file, with a link that loads the page anew. It makes four things better: what is new
// comes by itself, the clock counts, answers can be dragged into groups, and one written where the network comes and goes is
// neither lost nor sent twice.
(function () {
	"use strict";
	var stage = document.getElementById("stage"), saved = "workshop ";

	function announce(text) {
		if (text) document.dispatchEvent(new CustomEvent("announce", { detail: text }));
	}

	// What has not been stored is kept here, with the key that its form had: sent again, it is stored once.
	function form() { return document.getElementById("say"); }
	function name(f) { return saved + location.pathname + " " + (f.elements.answer ? f.elements.answer.value : f.elements.step.value); }
	function chosen(f, to) {
		var all = {};
		["perspective", "quadrant"].forEach(function (n) {
			if (!f.elements[n]) return;
			if (to && to[n]) f.elements[n].value = to[n];
			all[n] = f.elements[n].value;
		});
		return all;
	}
	function text(f) { return f.elements.body || f.elements.text; }
	function keep(f) {
		try {
			if (text(f).value) localStorage.setItem(name(f), JSON.stringify({ text: text(f).value, key: f.elements.key.value, chosen: chosen(f) }));
			else localStorage.removeItem(name(f));
		} catch (e) { /* a browser that keeps nothing */ }
	}
	function restore() {
		var f = form(), stored = new URLSearchParams(location.search).get("stored");
		try {
			Object.keys(localStorage).forEach(function (k) {
				if (k.indexOf(saved) === 0 && stored && JSON.parse(localStorage.getItem(k)).key === stored) localStorage.removeItem(k);
			});
			var was = f && JSON.parse(localStorage.getItem(name(f)) || "null");
			if (was && !text(f).value) {
				text(f).value = was.text;
				f.elements.key.value = was.key;
				chosen(f, was.chosen);
			}
		} catch (e) { /* likewise */ }
	}
	restore();
	document.addEventListener("input", function (event) { if (event.target.form && event.target.form === form()) keep(form()); });

	// What someone is at elsewhere, or has half typed, a group's name, goes over to what takes the place of a part of the page: in its own form, which says what it
	// was filled in from. What it was for may be gone: then it stands above the board, and that is told when it is sent. It reports whether someone is typing there now.
	function carry(from, swap) {
		var at = document.activeElement, half = Array.from(from.querySelectorAll("input[id]")).filter(function (e) {
			return e.form && e.form !== form() && (e === at || e.value !== e.defaultValue);
		}).map(function (e) { return { field: e, shown: !e.closest("details:not([open])") }; });
		swap();
		half.forEach(function (h) {
			var next = document.getElementById(h.field.id), board = document.querySelector("[data-group]");
			if (next) next.form.replaceWith(h.field.form);
			else if (h.shown && board) {
				var alone = document.createElement("section");
				alone.className = "group-of";
				alone.append(h.field.closest(".ds-details") || h.field.form);
				board.before(alone);
			} else return;
			var fold = h.field.closest("details");
			if (h.shown && fold) fold.open = true;
			if (h.field === at) at.focus();
		});
		return at === document.activeElement && at.matches("input");
	}

	// A note-taker sends with Ctrl and Enter, and goes on typing.
	document.addEventListener("keydown", function (event) {
		if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.closest("[data-enter], #say")) event.target.form.requestSubmit();
	});
	function pen() { return document.querySelector(".ds-error-summary") ? null : document.querySelector("[data-enter] textarea"); }
	if (pen()) pen().focus();

	// A page says when it has lost contact, and when it has it again.
	function contact(lost) {
		var p = document.getElementById("lost-contact");
		if (lost === (p.className === "ds-alert")) return;
		p.className = lost ? "ds-alert" : "ds-sr-only";
		p.textContent = lost ? p.dataset.text : "";
		announce(p.textContent);
	}

	// An answer, and what a note-taker has typed, is sent until it has arrived.
	document.addEventListener("submit", function (event) {
		var f = event.target;
		if (f !== form()) return;
		event.preventDefault();
		if (f.dataset.sent) return;
		f.dataset.sent = "yes";
		keep(f);
		// What is typed from now on is not saved yet: it is neither sent along nor lost.
		var sent = text(f).value, body = new URLSearchParams(new FormData(f));
		function goOn() {
			var next = form(), now = text(f).value;
			if (!next || now === sent) return;
			text(next).value = text(next).value || now.indexOf(sent) ? now : now.slice(sent.length).replace(/^\s+/, "");
			keep(next);
		}
		(function send() {
			fetch(f.action, { method: "POST", body: body }).then(function (answer) {
				contact(false);
				delete f.dataset.sent;
				return answer.text().then(function (page) {
					var main = new DOMParser().parseFromString(page, "text/html").getElementById("main");
					if (!main) return contact(true);
					if (answer.redirected) history.replaceState(null, "", answer.url);
					var old = document.getElementById("main");
					var typing = carry(old, function () { old.replaceWith(document.adoptNode(main)); });
					stage = document.getElementById("stage") || stage;
					restore();
					goOn();
					var to = pen() || main.querySelector("[autofocus]");
					if (to && !typing) to.focus();
				});
			}, function () { contact(true); window.setTimeout(send, 3000); });
		})();
	}, true);

	// An answer that is dragged to a group is sent there by its own button. A grip lets a finger on the rest of the card scroll.
	var html = document.documentElement, dragged;
	html.classList.add("drags");
	function over(group) {
		document.querySelectorAll(".drop").forEach(function (e) { e.classList.remove("drop"); });
		if (group) group.classList.add("drop");
	}
	function drop() {
		if (!dragged) return;
		dragged.card.classList.remove("answer--dragged");
		dragged.card.style.transform = "";
		html.classList.remove("dragging");
		over(null);
		dragged = null;
	}
	document.addEventListener("pointerdown", function (event) {
		var grip = event.target.closest(".answer__grip");
		if (!grip || event.button || dragged) return;
		event.preventDefault();
		dragged = { id: event.pointerId, card: grip.closest(".answer"), x: event.pageX, y: event.pageY };
		dragged.card.classList.add("answer--dragged");
		html.classList.add("dragging");
		grip.setPointerCapture(event.pointerId);
	});
	document.addEventListener("pointermove", function (event) {
		if (!dragged || event.pointerId !== dragged.id) return;
		dragged.card.style.transform = "translate(" + (event.pageX - dragged.x) + "px, " + (event.pageY - dragged.y) + "px)";
		var at = document.elementFromPoint(event.clientX, event.clientY), group = at && at.closest("[data-group]");
		dragged.to = group && group !== dragged.card.closest("[data-group]") ? group : null;
		over(dragged.to);
		if (event.clientY < 60) window.scrollBy(0, -14);
		if (event.clientY > window.innerHeight - 60) window.scrollBy(0, 14);
	});
	document.addEventListener("pointerup", function (event) {
		if (!dragged || event.pointerId !== dragged.id) return;
		var to = dragged.to, card = dragged.card, forms = Array.from(card.querySelectorAll("form"));
		drop();
		if (!to) return;
		var f = forms.find(function (f) {
			if (to.dataset.group === "new") return f.elements.name;
			return to.dataset.group ? f.elements.group && f.elements.group.value === to.dataset.group : f.querySelector("[data-out]");
		});
		if (!f) return;
		if (to.dataset.group === "new" && !f.elements.name.value) f.elements.name.value = to.dataset.name;
		f.requestSubmit();
	});
	document.addEventListener("pointercancel", drop);
	document.addEventListener("keydown", function (event) { if (event.key === "Escape") drop(); });

	if (!stage) return;

	// The clock is silent until somebody asks it to sound when the time is up; then it does so at once too, so that they know how loud it is. That holds in this tab,
	// though a move is a new page: where a browser wants a press on that before it may be heard, it is heard from the next one on.
	var loud = "sound " + location.pathname, sound = false, audio;
	try { sound = sessionStorage.getItem(loud) === "yes"; } catch (e) { /* likewise */ }
	function listen() {
		if (!sound || !window.AudioContext) return;
		audio = audio || new AudioContext();
		return audio.resume();
	}
	function hear() {
		var b = stage.querySelector("[data-sound]");
		if (!b || !window.AudioContext) return;
		b.hidden = false;
		b.setAttribute("aria-pressed", String(sound));
		b.dataset.variant = sound ? "secondary" : "tertiary";
	}
	function ring() {
		if (!audio || audio.state !== "running") return;
		[0, 0.5].forEach(function (after) {
			var tone = audio.createOscillator(), volume = audio.createGain(), at = audio.currentTime + after;
			tone.frequency.value = 660;
			volume.gain.setValueAtTime(0.2, at);
			volume.gain.exponentialRampToValueAtTime(0.001, at + 0.4);
			tone.connect(volume).connect(audio.destination);
			tone.start(at);
			tone.stop(at + 0.4);
		});
	}
	document.addEventListener("click", function (event) {
		if (!event.target.closest("[data-sound]")) return;
		sound = !sound;
		try { sessionStorage.setItem(loud, sound ? "yes" : ""); } catch (e) { /* likewise */ }
		hear();
		if (sound) listen().then(ring);
	});
	["pointerdown", "keydown"].forEach(function (press) { document.addEventListener(press, listen); });
	listen();

	// The clock counts from what the server said. One that was running may have come to its end on the way: it sounds for that too.
	var clock, left, since, before;
	function runs() { return clock && clock.hasAttribute("data-runs"); }
	function wind() {
		var ran = runs();
		clock = stage.querySelector("[data-left]");
		left = clock ? Number(clock.dataset.left) : 0;
		if (!ran || !runs()) before = left;
		since = performance.now();
		hear();
	}
	function tick() {
		if (!runs()) return;
		var s = left - Math.floor((performance.now() - since) / 1000), n = Math.abs(s);
		clock.textContent = (s < 0 ? "\u2212" : "") + Math.floor(n / 60) + ":" + String(n % 60).padStart(2, "0");
		clock.classList.toggle("stage__clock--over", s < 0);
		if (sound && before > 0 && s <= 0) ring();
		before = s;
	}
	wind();
	tick();
	window.setInterval(tick, 500);

	// What someone is in the middle of is not taken away from them.
	function busy() {
		var at = document.activeElement, f = form();
		if (f && (text(f).value || f.elements.answer)) return "text";
		if (dragged) return "field";
		return stage.contains(at) && /^(INPUT|SELECT|TEXTAREA)$/.test(at.tagName) || stage.querySelector(".answer__move[open], .ds-details[open], input[type=checkbox]:checked") ? "field" : "";
	}
	function look() {
		if (document.hidden) return again();
		fetch(stage.dataset.live + "?seen=" + encodeURIComponent(stage.dataset.seen)).then(function (answer) {
			contact(false);
			// It is over. Whoever is writing keeps the text, and is told when sending it.
			if (answer.status === 404) { if (busy() !== "text") location.reload(); return; }
			if (answer.status !== 200 || answer.redirected) return again();
			return answer.text().then(function (text) {
				var was = busy();
				if (was === "text" && stage.dataset.next) {
					var note = document.getElementById("next-question");
					if (!note) {
						note = document.createElement("p");
						note.id = "next-question";
						note.className = "ds-alert";
						note.textContent = stage.dataset.next;
						stage.prepend(note);
						announce(stage.dataset.next);
					}
				} else if (!was) {
					var focus = document.activeElement && stage.contains(document.activeElement) ? document.activeElement.id : "";
					var next = new DOMParser().parseFromString(text, "text/html").body.firstElementChild;
					var before = stage.querySelector("[data-announce]");
					carry(stage, function () { stage.replaceChildren(document.adoptNode(next)); });
					stage.dataset.seen = next.dataset.seen;
					wind();
					tick();
					restore();
					var to = focus && document.getElementById(focus), told = stage.querySelector("[data-announce]");
					if (to) to.focus();
					if (!before || told && told.dataset.announce !== before.dataset.announce) announce(told ? told.dataset.announce : "");
				}
				again();
			});
		}, function () { contact(true); again(); });
	}
	function again() { window.setTimeout(look, 2500); }
	again();
})();
