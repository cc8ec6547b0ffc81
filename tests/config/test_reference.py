"""The page of settings is made from the settings."""

from gatepost.config.reference import page
from gatepost.config.schema import fields, sections
from gatepost.config.settings import settings_model

PAGE = page()


def test_every_setting_is_on_the_page():
    missing = [
        f"{name}.{key}"
        for name, model in sections(settings_model())
        if not name.startswith("checks")
        for key in fields(model)
        if f"| `{key}` |" not in PAGE
    ]
    assert not missing


def test_a_row_says_what_a_setting_takes_and_its_default():
    assert '| `idle` | a duration such as "30s", "5m" or "2h", 1s or more | `"5m"` | Time without a command' in PAGE
    assert '| `message_size` | a size such as "256KiB" or "35MiB", 64KiB or more | `"35MiB"` | Largest message' in PAGE
    assert "| `recipients_per_message` | a whole number, 1 to 10000 | `100` |" in PAGE
    assert '| `hostname` | a host name such as "mx1.example.com" | required |' in PAGE


def test_a_check_is_introduced_by_the_question_it_asks():
    assert "### `[checks.early_talker]`\n\nDid the client speak before it was greeted?\n" in PAGE


def test_the_profiles_are_set_against_each_other():
    assert "| `limits.connections` | `2000` | `100` |" in PAGE
    assert '| `policies.on_disabled` | `"refuse"` | `"drop"` |' in PAGE
    assert "| EHLO | 262 | 71 |" in PAGE
    assert "| HELP | disabled | disabled |" in PAGE


def test_cells_do_not_break_the_table():
    rows = [line for line in PAGE.splitlines() if line.startswith("| `")]
    assert all(line.replace("\\|", "").count("|") in (4, 5) for line in rows)
