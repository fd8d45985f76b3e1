// A note that several people write at once: CodeMirror on a Yjs text, over one WebSocket (api/routes/room_notes.py).
import { useEffect, useRef, useState } from "react";
import * as Y from "yjs";
import { Awareness, applyAwarenessUpdate, encodeAwarenessUpdate, removeAwarenessStates } from "y-protocols/awareness";
import { EditorState } from "@codemirror/state";
import { EditorView, basicSetup } from "codemirror";
import { markdown } from "@codemirror/lang-markdown";
import { yCollab } from "y-codemirror.next";

const UPDATE = 0, CURSOR = 1, VECTOR = 2;
const COLOURS = ["#4353c8", "#b3261e", "#1b6e3c", "#8a5300", "#1d5fa8", "#7a3fa0"];

function colourOf(name) {
  let sum = 0;
  for (const sign of name) sum += sign.codePointAt(0);
  return COLOURS[sum % COLOURS.length];
}

function connect(noteId, doc, awareness, onStatus) {
  let socket, closed = false, wait = 500;
  const send = (kind, content) => {
    if (socket?.readyState !== WebSocket.OPEN) return;
    const message = new Uint8Array(content.length + 1);
    message[0] = kind;
    message.set(content, 1);
    socket.send(message);
  };
  const onUpdate = (update, origin) => { if (origin !== "server") send(UPDATE, update); };
  const onCursor = ({ added, updated, removed }, origin) => {
    if (origin !== "server") send(CURSOR, encodeAwarenessUpdate(awareness, [...added, ...updated, ...removed]));
  };
  const open = () => {
    socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/racine/collaboration/notes/${noteId}/live`);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => { wait = 500; onStatus("live"); };
    socket.onmessage = ({ data }) => {
      const message = new Uint8Array(data), content = message.subarray(1);
      if (message[0] === UPDATE) Y.applyUpdate(doc, content, "server");
      if (message[0] === CURSOR) applyAwarenessUpdate(awareness, content, "server");
      if (message[0] === VECTOR) {
        // What was written here while the line was away.
        const lacking = Y.encodeStateAsUpdate(doc, content);
        if (lacking.length > 2) send(UPDATE, lacking);
        send(CURSOR, encodeAwarenessUpdate(awareness, [doc.clientID]));
      }
    };
    socket.onclose = ({ code }) => {
      if (closed) return;
      removeAwarenessStates(awareness, [...awareness.getStates().keys()].filter((id) => id !== doc.clientID), "server");
      if (code === 4404 || code === 4409) { onStatus("closed"); return; }
      onStatus("away");
      setTimeout(open, wait + Math.random() * wait);
      wait = Math.min(wait * 2, 10_000);
    };
  };
  doc.on("update", onUpdate);
  awareness.on("update", onCursor);
  open();
  return () => {
    closed = true;
    removeAwarenessStates(awareness, [doc.clientID], "gone");
    socket?.close();
    doc.off("update", onUpdate);
    awareness.off("update", onCursor);
  };
}

const WORDS = {
  connecting: "Opening…",
  live: "Saved as you type",
  away: "The line is lost. What you write here is kept and sent when it is back.",
  closed: "This note can only be read.",
};

export function NoteEditor({ noteId, userName, isReadOnly }) {
  const place = useRef(null);
  const [status, setStatus] = useState("connecting");
  useEffect(() => {
    if (!noteId) return undefined;
    const doc = new Y.Doc(), awareness = new Awareness(doc), text = doc.getText("body");
    awareness.setLocalStateField("user", { name: userName, color: colourOf(userName), colorLight: colourOf(userName) + "33" });
    const view = new EditorView({
      parent: place.current,
      state: EditorState.create({
        extensions: [
          basicSetup,
          markdown(),
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({ "aria-label": "The note" }),
          EditorState.readOnly.of(Boolean(isReadOnly)),
          EditorView.editable.of(!isReadOnly),
          yCollab(text, awareness),
        ],
      }),
    });
    const leave = connect(noteId, doc, awareness, setStatus);
    return () => { leave(); view.destroy(); awareness.destroy(); doc.destroy(); };
  }, [noteId, userName, isReadOnly]);
  return (
    <div className="note">
      <div ref={place} className="note-editor" />
      <div className="muted small" role="status">{WORDS[status]}</div>
    </div>
  );
}
