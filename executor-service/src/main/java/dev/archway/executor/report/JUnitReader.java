package dev.archway.executor.report;

import java.io.ByteArrayInputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.jspecify.annotations.Nullable;

/**
 * Reads one JUnit report. Whoever wrote it is not trusted: nothing it refers to is fetched, no
 * entity of its own is expanded, and what is kept of it is bounded. The cases are counted, not the
 * sums that suites give of themselves, which tools reckon differently.
 */
final class JUnitReader {
  private static final int DEEPEST = 64;

  /** More than is told, so that a secret at the cut is hidden first. */
  private static final int LONGEST_TEXT = 16_000;

  private static final int MOST_FAILED = 1_000;

  private JUnitReader() {}

  private static XMLInputFactory factory() {
    XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    factory.setProperty(XMLInputFactory.IS_REPLACING_ENTITY_REFERENCES, false);
    factory.setXMLResolver((_, _, _, _) -> new ByteArrayInputStream(new byte[0]));
    return factory;
  }

  /** How a case ended. */
  enum End {
    PASSED,
    FAILED,
    BROKE_OFF,
    SKIPPED
  }

  /** A case that failed or broke off; its texts may be long. */
  record Failed(String name, @Nullable String className, String message) {}

  /** What one report says. */
  static final class Report {
    int tests;
    int failures;
    int errors;
    int skipped;
    Duration duration = Duration.ZERO;
    final List<Failed> failed = new ArrayList<>();
  }

  /**
   * Reads a report.
   *
   * @return null for a document of another kind, as which a pattern like {@code *.xml} finds too
   * @throws XMLStreamException when it is no XML, or more than a report may be
   */
  static @Nullable Report read(byte[] document) throws XMLStreamException {
    XMLStreamReader xml = factory().createXMLStreamReader(new ByteArrayInputStream(document));
    try {
      return new Reading(xml).report();
    } finally {
      xml.close();
    }
  }

  /** A reading under way. */
  private static final class Reading {
    private final XMLStreamReader xml;
    private final Report report = new Report();
    private int depth;
    private int caseDepth;
    private End end = End.PASSED;
    private String name = "";
    private @Nullable String className;
    private @Nullable StringBuilder text;
    private String message = "";

    Reading(XMLStreamReader xml) {
      this.xml = xml;
    }

    @Nullable Report report() throws XMLStreamException {
      boolean typed = false;
      while (xml.hasNext()) {
        switch (xml.next()) {
          case XMLStreamConstants.DTD -> typed = true;
          case XMLStreamConstants.START_ELEMENT -> {
            depth++;
            if (depth == 1 && !xml.getLocalName().matches("testsuites?")) {
              return null;
            }
            if (typed) {
              throw new XMLStreamException("it has a document type (expected: none)");
            }
            if (depth > DEEPEST) {
              throw new XMLStreamException(
                  "more than %d elements within each other".formatted(DEEPEST));
            }
            begin(xml.getLocalName());
          }
          case XMLStreamConstants.ENTITY_REFERENCE ->
              throw new XMLStreamException(
                  "it refers to an entity of its own, &%s;".formatted(xml.getLocalName()));
          case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA -> keep();
          case XMLStreamConstants.END_ELEMENT -> {
            finish();
            depth--;
          }
          default -> {}
        }
      }
      return report;
    }

    private void begin(String element) {
      if (caseDepth == 0) {
        if (element.equals("testcase")) {
          caseDepth = depth;
          end = End.PASSED;
          name = attribute("name");
          className = xml.getAttributeValue(null, "classname");
          message = "";
          report.duration = report.duration.plus(time(attribute("time")));
        }
        return;
      }
      if (depth != caseDepth + 1) {
        return;
      }
      switch (element) {
        case "failure" -> bad(End.FAILED);
        case "error" -> bad(End.BROKE_OFF);
        case "skipped" -> end = end == End.PASSED ? End.SKIPPED : end;
        default -> {}
      }
    }

    /** Of a case with several failures the first tells why, and an error weighs more. */
    private void bad(End how) {
      boolean first = end != End.FAILED && end != End.BROKE_OFF;
      end = end == End.BROKE_OFF ? end : how;
      if (first) {
        message = attribute("message");
        if (message.isBlank()) {
          text = new StringBuilder();
        }
      }
    }

    private void keep() {
      StringBuilder kept = text;
      if (kept != null && kept.length() < LONGEST_TEXT) {
        int length = Math.min(xml.getTextLength(), LONGEST_TEXT - kept.length());
        kept.append(xml.getTextCharacters(), xml.getTextStart(), length);
      }
    }

    private void finish() {
      StringBuilder kept = text;
      if (kept != null && depth == caseDepth + 1) {
        message = kept.toString().strip();
        text = null;
      }
      if (depth != caseDepth || caseDepth == 0) {
        return;
      }
      caseDepth = 0;
      report.tests++;
      switch (end) {
        case PASSED -> {}
        case SKIPPED -> report.skipped++;
        case FAILED -> report.failures++;
        case BROKE_OFF -> report.errors++;
      }
      if ((end == End.FAILED || end == End.BROKE_OFF) && report.failed.size() < MOST_FAILED) {
        report.failed.add(new Failed(name, className, message));
      }
    }

    private String attribute(String key) {
      String value = xml.getAttributeValue(null, key);
      return value == null
          ? ""
          : value.substring(0, Math.min(value.length(), LONGEST_TEXT)).strip();
    }

    /** Seconds, which some tools write with commas between thousands; what is none counts as 0. */
    private static Duration time(String written) {
      String seconds = written.replace(",", "");
      if (!seconds.matches("[0-9]{1,9}(\\.[0-9]{0,18})?([eE]-[0-9]{1,3})?")) {
        return Duration.ZERO;
      }
      return Duration.ofNanos(Math.round(Double.parseDouble(seconds) * 1e9));
    }
  }
}
