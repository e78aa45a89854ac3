package dev.archway.planner.trigger;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.springframework.scheduling.support.CronExpression;

/**
 * Planned times: UNIX cron with five fields, or Quartz with six or seven (Harness page "Schedule
 * pipelines using cron triggers"). Immutable.
 *
 * @param expressions the next time is the first of theirs
 */
record Schedule(List<CronExpression> expressions, ZoneId zone) {
  private static final Pattern QUARTZ_DAY = Pattern.compile("(?<!#)\\b([1-7])(?=$|[-,#L])");

  Schedule {
    expressions = List.copyOf(expressions);
  }

  /**
   * Reads an expression.
   *
   * @throws IllegalArgumentException with what was expected, when it is none
   */
  static Schedule of(String expression, boolean quartz, ZoneId zone) {
    List<String> fields = new ArrayList<>(Arrays.asList(expression.strip().split("\\s+")));
    if (quartz ? fields.size() < 6 || fields.size() > 7 : fields.size() != 5) {
      throw new IllegalArgumentException(
          "\"%s\" has %d fields (expected: %s)"
              .formatted(expression, fields.size(), quartz ? "6 or 7 for QUARTZ" : "5 for UNIX"));
    }
    return new Schedule(quartz ? quartz(fields) : unix(fields), zone);
  }

  private static List<CronExpression> quartz(List<String> fields) {
    if (fields.size() == 7 && !fields.removeLast().equals("*")) {
      throw new IllegalArgumentException("a year in a QUARTZ expression (expected: * or none)");
    }
    fields.set(5, sundayIsZero(fields.get(5)));
    return List.of(CronExpression.parse(String.join(" ", fields)));
  }

  /** Quartz counts the days of the week from Sunday, which is 1; a step is no day. */
  private static String sundayIsZero(String days) {
    int slash = days.indexOf('/');
    String first = slash < 0 ? days : days.substring(0, slash);
    Matcher day = QUARTZ_DAY.matcher(first);
    return day.replaceAll(match -> Integer.toString(Integer.parseInt(match.group(1)) - 1))
        + (slash < 0 ? "" : days.substring(slash));
  }

  /** With a day of the month and a day of the week, either is enough (crontab(5)). */
  private static List<CronExpression> unix(List<String> fields) {
    String month = fields.get(2);
    String week = fields.get(4);
    if (month.startsWith("*") || week.startsWith("*")) {
      return List.of(CronExpression.parse("0 " + String.join(" ", fields)));
    }
    List<String> byMonth = new ArrayList<>(fields);
    byMonth.set(4, "*");
    List<String> byWeek = new ArrayList<>(fields);
    byWeek.set(2, "*");
    return List.of(
        CronExpression.parse("0 " + String.join(" ", byMonth)),
        CronExpression.parse("0 " + String.join(" ", byWeek)));
  }

  /** The first planned time after {@code time}; empty when there is none ever again. */
  Optional<Instant> after(Instant time) {
    ZonedDateTime from = time.atZone(zone);
    return expressions.stream()
        .map(expression -> expression.next(from))
        .filter(Objects::nonNull)
        .map(ZonedDateTime::toInstant)
        .min(Comparator.naturalOrder());
  }
}
