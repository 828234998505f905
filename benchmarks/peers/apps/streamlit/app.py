"""The form in Streamlit."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

import streamlit as st
from common import CHOICES, SHOW, STATEMENTS, echo, radar


def hear(number: int) -> None:
    """Remember what was answered last."""
    st.session_state["heard"] = echo(number, str(st.session_state[f"q{number}"]))


st.text(st.session_state.get("heard", ""))
for number, statement in enumerate(STATEMENTS):
    st.radio(
        statement, CHOICES, index=None, key=f"q{number}", on_change=hear, args=(number,), horizontal=True
    )
if st.button(SHOW):
    st.plotly_chart(radar())
