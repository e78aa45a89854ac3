package dev.archway.pipeline.compile;

import dev.archway.expression.Template;
import dev.archway.pipeline.ProblemCode;
import dev.archway.pipeline.yaml.YamlNode;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Reads where a step leaves its test reports (Harness page "Run step settings", "Report Paths").
 * What a report says does not decide how a step ends, so that what is wrong here is a warning.
 */
final class ReportReader {
  private static final Path WORKSPACE = Path.of("/harness");

  private ReportReader() {}

  /** The patterns, relative to the workspace; a report's schema and the forms of its pages. */
  static List<String> paths(Fields fields) {
    if (!fields.has("reports")) {
      return List.of();
    }
    List<String> written;
    if (fields.node().get("reports") instanceof YamlNode.Mapping) {
      Fields reports = Objects.requireNonNull(fields.object("reports"));
      String type = reports.text("type");
      Fields spec = reports.object("spec");
      written = new ArrayList<>(reports.templateTexts("paths"));
      if (spec != null) {
        written.addAll(spec.templateTexts("paths"));
        spec.finish();
      }
      reports.finish();
      if (type != null && !type.equalsIgnoreCase("JUnit")) {
        reports.warn(
            "type",
            ProblemCode.NOT_SUPPORTED,
            "reports of type \"%s\" are not read (expected: JUnit)".formatted(type));
        return List.of();
      }
    } else {
      written = fields.templateTexts("reports");
    }
    List<String> paths = new ArrayList<>();
    for (String path : written) {
      if (Template.hasExpression(path)) {
        paths.add(path);
      } else {
        inside(fields, path.strip(), paths);
      }
    }
    return paths;
  }

  private static void inside(Fields fields, String written, List<String> paths) {
    try {
      Path path = WORKSPACE.resolve(written).normalize();
      if (path.startsWith(WORKSPACE) && !path.equals(WORKSPACE) && !written.startsWith("~")) {
        paths.add(WORKSPACE.relativize(path).toString());
        return;
      }
    } catch (InvalidPathException e) {
      // Told below.
    }
    fields.warn(
        "reports",
        ProblemCode.BAD_VALUE,
        "report path \"%s\" is not read (expected: one inside the workspace /harness)"
            .formatted(written));
  }
}
