package dev.archway.executor.report;

import dev.archway.contract.report.TestReport;
import dev.archway.contract.report.TestReport.FailedCase;
import dev.archway.executor.runtime.WorkspaceFiles;
import dev.archway.executor.runtime.WorkspaceFiles.Listing;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import javax.xml.stream.XMLStreamException;

/**
 * Adds up the reports of one step. Nothing here makes a step fail: what cannot be read is told as a
 * warning. Used by one thread.
 */
public final class TestReports {
  static final int LARGEST_FILE = 16 * 1024 * 1024;
  static final long LARGEST_SUM = 64L * 1024 * 1024;

  private static final int LONGEST_NAME = 1_000;
  private static final int LONGEST_WARNING = 500;
  private static final int MOST_WARNINGS = 20;

  /** All messages together travel in one event, which a broker takes up to some size only. */
  private static final int LONGEST_SUM = 250_000;

  private final WorkspaceFiles files;
  private final UnaryOperator<String> hide;
  private final List<FailedCase> failed = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();
  private int left = LONGEST_SUM;
  private int tests;
  private int failures;
  private int errors;
  private int skipped;
  private Duration duration = Duration.ZERO;

  private TestReports(WorkspaceFiles files, UnaryOperator<String> hide) {
    this.files = files;
    this.hide = hide;
  }

  /**
   * Reads every file of the workspace that one of the patterns matches.
   *
   * @param hide takes secrets out of a text
   */
  public static TestReport read(
      List<String> patterns, WorkspaceFiles files, UnaryOperator<String> hide)
      throws InterruptedException {
    TestReports reports = new TestReports(files, hide);
    reports.add(reports.find(patterns));
    return new TestReport(
        reports.tests,
        reports.failures,
        reports.errors,
        reports.skipped,
        reports.duration,
        reports.failed,
        reports.warnings);
  }

  /** The report of a step whose reports cannot be had. */
  public static TestReport unread(String why, UnaryOperator<String> hide) {
    return new TestReport(0, 0, 0, 0, Duration.ZERO, List.of(), List.of(hide.apply(why)));
  }

  private Set<String> find(List<String> patterns) throws InterruptedException {
    Set<String> found = new TreeSet<>();
    for (String pattern : patterns) {
      Glob glob = Glob.of(pattern);
      if (glob == null) {
        warn("path \"%s\" is outside the workspace and not read".formatted(pattern));
        continue;
      }
      try {
        Listing listing = files.list(glob.folder(), glob.suffix());
        List<String> matching = listing.paths().stream().filter(glob::matches).toList();
        if (!listing.whole()) {
          warn("path \"%s\" finds too many files, of which some are not read".formatted(pattern));
        } else if (matching.isEmpty()) {
          warn("path \"%s\" finds no report".formatted(pattern));
        }
        found.addAll(matching);
      } catch (IOException e) {
        warn("path \"%s\" cannot be looked at: %s".formatted(pattern, e.getMessage()));
      }
    }
    return found;
  }

  private void add(Set<String> paths) throws InterruptedException {
    long read = 0;
    for (String path : paths) {
      if (read >= LARGEST_SUM) {
        warn(
            "%s and what follows is not read: the reports before have %d MB together"
                .formatted(path, LARGEST_SUM >> 20));
        return;
      }
      try {
        byte[] document = files.read(path, LARGEST_FILE);
        read += document.length;
        JUnitReader.Report report = JUnitReader.read(document);
        if (report != null) {
          add(report);
        }
      } catch (IOException e) {
        warn("%s is not read: %s".formatted(path, e.getMessage()));
      } catch (XMLStreamException e) {
        warn("%s is not counted: %s".formatted(path, oneLine(e)));
      }
    }
  }

  private void add(JUnitReader.Report report) {
    tests += report.tests;
    failures += report.failures;
    errors += report.errors;
    skipped += report.skipped;
    duration = duration.plus(report.duration);
    for (JUnitReader.Failed each : report.failed) {
      if (failed.size() == TestReport.MOST_FAILED) {
        return;
      }
      failed.add(
          new FailedCase(
              cut(each.name(), LONGEST_NAME),
              each.className() == null ? null : cut(each.className(), LONGEST_NAME),
              cut(each.message(), TestReport.LONGEST_MESSAGE)));
    }
  }

  /** The text without secrets, as long as may be; a character of two halves is never cut. */
  private String cut(String text, int longest) {
    String hidden = hide.apply(text);
    int end = Math.min(hidden.length(), Math.min(longest, left));
    if (end > 0 && end < hidden.length() && Character.isHighSurrogate(hidden.charAt(end - 1))) {
      end--;
    }
    left -= end;
    return hidden.substring(0, end);
  }

  private void warn(String text) {
    String hidden = hide.apply(text);
    if (warnings.size() < MOST_WARNINGS) {
      warnings.add(hidden.substring(0, Math.min(hidden.length(), LONGEST_WARNING)));
    }
  }

  /** What is wrong, without the lines that a parser puts around it. */
  private static String oneLine(XMLStreamException e) {
    String message = Objects.requireNonNullElse(e.getMessage(), "no XML");
    String place =
        e.getLocation() == null ? "" : "line %d: ".formatted(e.getLocation().getLineNumber());
    int at = message.lastIndexOf("Message: ");
    return place + message.substring(at < 0 ? 0 : at + "Message: ".length()).strip();
  }
}
