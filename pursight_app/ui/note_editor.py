"""The editor of a note; what it does is in note_editor.jsx."""

import reflex as rx

_SOURCE = rx.asset("note_editor.jsx", shared=True)


class NoteEditor(rx.NoSSRComponent):
    """Everybody who has it open writes in the same text and sees the others' cursors."""

    library = _SOURCE.importable_path
    tag = "NoteEditor"
    lib_dependencies: list[str] = [  # noqa: RUF012  Reflex reads a plain field
        "yjs@13.6.33",
        "y-protocols@1.0.7",
        "y-codemirror.next@0.3.6",
        "codemirror@6.0.2",
        "@codemirror/state@6.7.6",
        "@codemirror/view@6.43.15",
        "@codemirror/lang-markdown@6.5.2",
    ]
    note_id: rx.Var[str]
    user_name: rx.Var[str]
    is_read_only: rx.Var[bool]
