"""/stats: how much the bot is used, in figures and as a picture; for admins. Nobody is named in it."""

from __future__ import annotations

from datetime import UTC, datetime

from telegram import Update
from telegram.constants import ParseMode

from bot.context import Context, texts_of
from bot.texts import Texts
from persrv.domain.trials import Comparison
from persrv.domain.usage import Period, Stock, Usage

UNKNOWN = "–"
COMPARISONS = 2
"""That are told: a caption holds 1,024 characters."""
SIGNIFICANT = 0.05
"""Below this p, wins are said to be more than luck; it may be looked at every day (`always_valid_p`)."""


async def stats(update: Update, context: Context) -> None:
    """/stats."""
    message = update.effective_message
    if message is None:
        return
    texts = texts_of(update)
    if not context.is_admin(update.effective_user):
        await message.reply_html(texts.say("stats_admins_only"))
        return
    await context.services.impressions.flush()
    usage = await context.services.usage_teller.tell(datetime.now(UTC))
    if usage.idle:
        await message.reply_html(render(usage, texts))
        return
    picture = await context.services.usage_teller.paint(usage.days)
    await message.reply_photo(picture, caption=render(usage, texts), parse_mode=ParseMode.HTML)


def render(usage: Usage, texts: Texts) -> str:
    """The figures as Telegram HTML; the coloured dots are those of the picture."""
    if usage.idle:
        use = texts.say("stats_idle", days=len(usage.days))
    else:
        use = _use(usage.periods[0], usage.periods[-1], texts)
    parts = [use, _stock(usage.stock, texts)]
    parts += [_comparison(one, texts) for one in usage.comparisons[:COMPARISONS]]
    if usage.explored is not None:
        parts.append(
            texts.say("stats_explored", shown=f"{usage.explored.shown:,}", chosen=f"{usage.explored.chosen:,}")
        )
    return "\n\n".join(parts)


def _use(short: Period, long: Period, texts: Texts) -> str:
    both = {
        name: f"{tell(short)} / {tell(long)}"
        for name, tell in (
            ("days", lambda period: period.days),
            ("queries", lambda period: f"{period.use.queries:,}"),
            ("answers", lambda period: f"{period.use.answers:,}"),
            ("choices", lambda period: f"{period.use.choices:,}"),
            ("click_through", lambda period: _percent(period.click_through)),
            ("place", lambda period: UNKNOWN if period.use.place is None else f"{period.use.place:.1f}"),
            ("people", lambda period: f"{period.people:,}"),
        )
    }
    return texts.say("stats_use", **both)


def _stock(stock: Stock, texts: Texts) -> str:
    if not stock.stickers:
        return texts.say("stats_no_stickers")
    return texts.say(
        "stats_stock",
        packs=f"{stock.packs:,}",
        stickers=f"{stock.stickers:,}",
        read=_percent(stock.share(stock.read)),
        described=_percent(stock.share(stock.described)),
    )


def _comparison(comparison: Comparison, texts: Texts) -> str:
    """Who was chosen from more often, and whether that may be luck."""
    compared, wins = comparison.compared, comparison.wins
    names = {"serving": compared.serving, "rival": compared.rival}
    head = texts.say("stats_comparison", **names, answers=f"{comparison.answers:,}")
    if not wins.serving + wins.rival + wins.neither:
        return head + "\n" + texts.say("stats_nobody_chose")
    figures = texts.say(
        "stats_wins",
        **names,
        serving_choices=f"{comparison.credits.serving:,}",
        rival_choices=f"{comparison.credits.rival:,}",
        neither=f"{comparison.credits.neither:,}",
        serving_wins=f"{wins.serving:,}",
        rival_wins=f"{wins.rival:,}",
        won_by_neither=f"{wins.neither:,}",
        p="p < 0.001" if comparison.p < 0.001 else f"p = {comparison.p:.3f}",
    )
    return "\n".join((head, figures, _verdict(comparison, texts)))


def _verdict(comparison: Comparison, texts: Texts) -> str:
    if comparison.p >= SIGNIFICANT:
        return texts.say("stats_may_be_luck")
    wins, compared = comparison.wins, comparison.compared
    return texts.say("stats_better", better=compared.serving if wins.serving > wins.rival else compared.rival)


def _percent(share: float | None) -> str:
    """To a per cent, but never 0 or 100 for what is not quite that."""
    if share is None:
        return UNKNOWN
    if 0 < share < 0.01:
        return "< 1 %"
    return f"{min(round(100 * share), 99) if share < 1 else round(100 * share)} %"
