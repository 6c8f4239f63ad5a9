"""Who may do what with a model of Unity Catalog, told in words and with the statement to ask for."""

from __future__ import annotations

from dataclasses import replace

from tui.domain.models.grants import Access, Account, Deed, Grant, Need, Securable, held, refusals, statement

ADA = Account("ada@example.com", "Ada", ("ds-readers",))
NAME = "prod.ml.churn"


def access(*grants: Grant, owner: str = "ml-platform", exists: bool = True, unread: str = "") -> Access:
    use = (Grant("ds-readers", "USE_CATALOG", "prod"), Grant("ds-readers", "USE_SCHEMA", "prod.ml"))
    return Access(
        ADA,
        {
            "prod": Securable("catalog", "prod", "admins", (Grant("ds-readers", "USE_CATALOG"),)),
            "prod.ml": Securable("schema", "prod.ml", "ml-platform", (Grant("ds-readers", "USE_SCHEMA"), use[0])),
            NAME: Securable("function", NAME, owner, (*use, *grants), unread=unread, exists=exists),
        },
    )


def words(deed: Deed, at: Access) -> list[str]:
    return [refusal.words for refusal in refusals(deed, NAME, at)]


def test_a_refusal_names_what_is_needed_what_one_has_and_who_owns_it() -> None:
    reading = access(Grant("ds-readers", "EXECUTE", "prod.ml"))
    assert words(Deed.TAG, reading) == [
        "needs APPLY TAG on prod.ml.churn; you have EXECUTE through group ds-readers; owner is ml-platform"
    ]
    assert words(Deed.ALIAS, reading) == [
        "needs to own prod.ml.churn; you have EXECUTE through group ds-readers; owner is ml-platform"
    ]
    (refusal,) = refusals(Deed.TAG, NAME, reading)
    assert refusal.statement == "GRANT APPLY TAG ON FUNCTION prod.ml.churn TO `ada@example.com`;"


def test_what_is_enough() -> None:
    assert not words(Deed.TAG, access(Grant("ada@example.com", "APPLY_TAG")))
    assert not words(Deed.ALIAS, access(Grant("account users", "MANAGE")))
    assert not words(Deed.TAG, access(Grant("ds-readers", "ALL_PRIVILEGES", "prod")))
    assert words(Deed.DELETE, access(Grant("ds-readers", "ALL_PRIVILEGES", "prod"))), "which does not hold MANAGE"
    assert not words(Deed.REGISTER, access(Grant("ds-readers", "CREATE_MODEL_VERSION", "prod.ml")))
    assert not words(Deed.TAG, access(Grant("Ada@Example.com", "APPLY_TAG"))), "users are named in any case"
    assert words(Deed.TAG, access(Grant("DS-Readers", "APPLY_TAG"))), "groups are not"
    assert not words(Deed.RENAME, access(owner="ds-readers"))
    assert words(Deed.ALIAS, access(Grant("somebody@example.com", "MANAGE")))
    assert not words(Deed.ALIAS, replace(access(), is_admin=True))
    schema_owner = access()
    owned = {**schema_owner.securables, "prod.ml": Securable("schema", "prod.ml", "ada@example.com")}
    assert not words(Deed.ALIAS, Access(ADA, owned))


def test_a_refusal_is_a_doubt_where_a_group_might_hold_it() -> None:
    (by_group,) = refusals(Deed.ALIAS, NAME, access())
    assert by_group.is_doubt, "ml-platform owns it, and who is in its groups is not told"
    at = access(owner="ben@example.com")
    alone = {name: replace(found, owner="ben@example.com") for name, found in at.securables.items()}
    (by_person,) = refusals(Deed.ALIAS, NAME, Access(ADA, alone))
    assert not by_person.is_doubt


def test_what_could_not_be_read_refuses_nothing() -> None:
    assert not words(Deed.ALIAS, access(unread="They could not be read."))
    assert not refusals(Deed.ALIAS, "churn", Access(ADA)) and not refusals(Deed.ALIAS, NAME, Access(ADA))


def test_a_model_that_is_not_there_is_created_first() -> None:
    (told,) = refusals(Deed.REGISTER, NAME, access(exists=False))
    assert told.words.startswith("needs CREATE MODEL on prod.ml; you have USE SCHEMA through group ds-readers")
    assert told.statement == "GRANT CREATE MODEL ON SCHEMA prod.ml TO `ada@example.com`;"


def test_nothing_at_all_names_the_outermost_first() -> None:
    securables = [Securable("catalog", "prod"), Securable("schema", "prod.ml"), Securable("function", NAME)]
    bare = Access(ADA, {securable.name: securable for securable in securables})
    assert [text.split(";")[0] for text in words(Deed.TAG, bare)] == [
        "needs USE CATALOG on prod",
        "needs USE SCHEMA on prod.ml",
        "needs APPLY TAG on prod.ml.churn",
    ]


def test_names_are_quoted_where_they_need_it() -> None:
    assert (
        statement(Need("EXECUTE", "function", "my-cat.ml.o`brien"), "a`b")
        == "GRANT EXECUTE ON FUNCTION `my-cat`.ml.`o``brien` TO `a``b`;"
    )


def test_what_is_held() -> None:
    assert held("prod.ml", access(), ("USE_SCHEMA", "CREATE_MODEL")) == {"USE_SCHEMA": True, "CREATE_MODEL": False}
    assert held("elsewhere", access(), ("USE_CATALOG",)) == {"USE_CATALOG": None}
