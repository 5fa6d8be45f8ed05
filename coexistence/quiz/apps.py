from django.apps import AppConfig


class QuizConfig(AppConfig):
    name = "coexistence.quiz"
    verbose_name = "Quiz"

    def ready(self) -> None:
        from . import items
        from .items import (
            choice,
            cloze,
            date,
            matching,
            numeric,
            open_response,
            ordering,
            placement,
            poll,
            short_answer,
            source_analysis,
            true_false,
        )

        for item_type in (
            choice.SingleChoice(),
            choice.MultipleChoice(),
            true_false.TrueFalse(),
            numeric.Numeric(),
            date.DateType(),
            ordering.Ordering(),
            matching.Matching(),
            short_answer.ShortAnswer(),
            cloze.Cloze(),
            source_analysis.SourceAnalysis(),
            placement.Placement(),
            open_response.OpenResponse(),
            poll.Poll(),
        ):
            items.register(item_type)
