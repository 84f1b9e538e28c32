"""Which decomposer a command means: rules, a language model, or a file of rubrics."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from earwitness.cli.servers import server_options
from earwitness.errors import UsageError

if TYPE_CHECKING:
    from earwitness.rubrics.base import Decomposer, Domain
    from earwitness.types import Language


class With(StrEnum):
    """What takes captions apart."""

    rules = "rules"
    llm = "llm"


class DomainName(StrEnum):
    """What clips are made of."""

    speech = "speech"
    sound = "sound"
    music = "music"
    mix = "mix"


class LanguageName(StrEnum):
    """The languages of captions and questions."""

    en = "en"
    zh = "zh"


@dataclass(frozen=True, slots=True)
class DecomposerOptions:
    """The options that choose a decomposer; each is named as on the command line, None where it was not given."""

    decompose_with: Annotated[
        With | None, typer.Option("--with", help="What takes captions apart. Default: rules.")
    ] = None
    llm: Annotated[
        str | None, typer.Option(help="Of --with llm: a folder, owner/name on the hub, or a server's address.")
    ] = None
    llm_cache: Annotated[Path | None, typer.Option(help="Of --with llm: a file that keeps what it wrote.")] = None
    llm_server: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=VALUE", help="Of an --llm that is a server: such as max_requests=5000; repeat for more."
        ),
    ] = None
    domain: Annotated[DomainName | None, typer.Option(help="What clips are made of. Default: mix.")] = None
    questions: Annotated[
        LanguageName | None, typer.Option(help="Language of a rubric's questions; the caption's by default.")
    ] = None
    rubrics: Annotated[
        Path | None, typer.Option(help="A file of rubrics (earwitness rubric --out), instead of making them.")
    ] = None

    def __post_init__(self) -> None:
        if self.rubrics and (self.decompose_with or self.llm or self.domain or self.questions):
            raise UsageError(
                "--rubrics gives the questions; --with, --llm, --domain and --questions cannot go with it."
            )
        if self.decompose_with == With.llm and not self.llm:
            raise UsageError(
                "--with llm needs --llm: a language model's folder, its owner/name on the hub, or a server's address."
            )
        if ((self.llm_cache or self.llm_server) and not self.llm) or (self.llm and self.decompose_with == With.rules):
            raise UsageError("--llm, --llm-cache and --llm-server go with --with llm.")

    def load(self, questions: Language | None = None) -> Decomposer:
        """The decomposer; ``questions`` is the language of its questions where none was asked for."""
        if self.rubrics:
            from earwitness.rubrics.saved import SavedRubrics

            return SavedRubrics(self.rubrics)
        asked: Language | None = questions if self.questions is None else self.questions.value
        domain: Domain = "mix" if self.domain is None else self.domain.value
        if self.llm:
            from earwitness.backbones import load_writer
            from earwitness.rubrics.llm import LLMDecomposer

            server = server_options(self.llm_server, "--llm-server") if self.llm_server else None
            writer = load_writer(self.llm, server=server)
            return LLMDecomposer(writer, domain=domain, questions=asked, cache=self.llm_cache)
        from earwitness.rubrics.rules import RuleDecomposer

        return RuleDecomposer(domain=domain, questions=asked)
