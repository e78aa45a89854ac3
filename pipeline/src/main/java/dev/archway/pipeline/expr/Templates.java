package dev.archway.pipeline.expr;

import dev.archway.pipeline.Findings;
import dev.archway.pipeline.ProblemCode;
import dev.archway.pipeline.dialect.PipelineShapes;
import dev.archway.pipeline.yaml.YamlException;
import dev.archway.pipeline.yaml.YamlNode;
import dev.archway.pipeline.yaml.YamlReader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Puts templates in the place of their references (Harness page "Templates overview"): of steps,
 * step groups, stages and whole pipelines. They come with the submission; what they ask for is
 * answered by {@code templateInputs} alone. What stands beside the reference wins over the
 * template. A template's nodes get the place of the reference, which is in the document that the
 * findings are about.
 */
public final class Templates {
  private static final Map<String, String> KINDS =
      Map.of("stage", "Stage", "step", "Step", "stepGroup", "StepGroup");

  private static final int DEEPEST = 10;
  private static final int MOST_NODES = 200_000;

  private final Findings findings;

  /** By identifier and version. */
  private final Map<String, Map<String, YamlNode.Mapping>> known = new LinkedHashMap<>();

  private int nodes;

  private Templates(Findings findings) {
    this.findings = findings;
  }

  /** The pipeline without references; one that cannot be resolved is a finding. */
  public static YamlNode.Mapping resolve(
      YamlNode.Mapping pipeline, List<String> documents, Findings findings) {
    Templates templates = new Templates(findings);
    for (int i = 0; i < documents.size(); i++) {
      templates.document(documents.get(i), "templates[" + i + "]");
    }
    return templates.body(pipeline, "Pipeline", "pipeline", List.of());
  }

  private void document(String text, String at) {
    YamlNode root;
    try {
      root = YamlReader.read(text);
    } catch (YamlException e) {
      findings.unreadable(at, "cannot read the template: ", e);
      return;
    }
    if (!(root instanceof YamlNode.Mapping document)
        || !(document.get("template") instanceof YamlNode.Mapping template)
        || template.text("identifier") == null
        || template.text("type") == null
        || !(template.get("spec") instanceof YamlNode.Mapping)) {
      findings.error(
          root.place(),
          at,
          ProblemCode.MISSING_FIELD,
          "no template here (expected: the key \"template\" with identifier, type and spec)");
      return;
    }
    String version = Objects.requireNonNullElse(template.text("versionLabel"), "");
    Map<String, YamlNode.Mapping> versions =
        known.computeIfAbsent(
            String.valueOf(template.text("identifier")), _ -> new LinkedHashMap<>());
    if (versions.putIfAbsent(version, template) != null) {
      findings.error(
          template.place(),
          at,
          ProblemCode.DUPLICATE_IDENTIFIER,
          "a second template \"%s\" of version \"%s\" (expected: one)"
              .formatted(template.text("identifier"), version));
    }
  }

  private YamlNode walk(YamlNode node, String path, List<String> around) {
    return switch (node) {
      case YamlNode.Scalar scalar -> scalar;
      case YamlNode.Sequence sequence -> {
        List<YamlNode> items = new ArrayList<>();
        for (int i = 0; i < sequence.items().size(); i++) {
          items.add(walk(sequence.items().get(i), path + "[" + i + "]", around));
        }
        yield new YamlNode.Sequence(items, sequence.place());
      }
      case YamlNode.Mapping mapping -> {
        Map<String, YamlNode> entries = new LinkedHashMap<>();
        mapping
            .entries()
            .forEach((key, value) -> {
              String kind = KINDS.get(key);
              String here = path + "." + key;
              entries.put(
                  key,
                  kind != null && value instanceof YamlNode.Mapping body
                      ? body(body, kind, here, around)
                      : walk(value, here, around));
            });
        yield new YamlNode.Mapping(entries, mapping.keys(), mapping.place());
      }
    };
  }

  /** A stage, step, group or pipeline, which may be a reference. */
  private YamlNode.Mapping body(
      YamlNode.Mapping body, String kind, String path, List<String> around) {
    if (!(body.get("template") instanceof YamlNode.Mapping reference)) {
      return (YamlNode.Mapping) walk(body, path, around);
    }
    YamlNode.Mapping template = find(reference, kind, path + ".template", around);
    Map<String, YamlNode> entries = new LinkedHashMap<>();
    Map<String, YamlNode.Place> keys = new LinkedHashMap<>(body.keys());
    List<String> inside = new ArrayList<>(around);
    if (template != null) {
      inside.add(name(reference));
      YamlNode.Mapping spec = (YamlNode.Mapping) Objects.requireNonNull(template.get("spec"));
      YamlNode.Mapping moved = (YamlNode.Mapping) Inputs.moved(spec, reference.place());
      YamlNode.Mapping filled =
          Inputs.fill(
              moved,
              path.substring(path.indexOf('.') + 1),
              reference.get("templateInputs"),
              findings);
      entries.putAll(filled.entries());
      keys.putAll(filled.keys());
    }
    body.entries()
        .forEach((key, value) -> {
          if (!key.equals("template")) {
            entries.put(key, value);
          }
        });
    if (template == null) {
      // Told; the rest of the pipeline is read without it.
      return new YamlNode.Mapping(Map.of(), Map.of(), body.place());
    }
    return (YamlNode.Mapping) walk(new YamlNode.Mapping(entries, keys, body.place()), path, inside);
  }

  private YamlNode.@Nullable Mapping find(
      YamlNode.Mapping reference, String kind, String path, List<String> around) {
    for (String key : reference.entries().keySet()) {
      if (!PipelineShapes.Templates.REFERENCE.keys().contains(key)) {
        findings.warning(
            reference.keys().getOrDefault(key, reference.place()),
            path + "." + key,
            ProblemCode.UNKNOWN_KEY,
            "unknown key \"%s\" is not read (expected: templateRef, versionLabel and templateInputs)"
                .formatted(key));
      }
    }
    String ref = reference.text("templateRef");
    if (ref == null) {
      return refused(reference, path, ProblemCode.MISSING_FIELD, "\"templateRef\" is missing");
    }
    Map<String, YamlNode.Mapping> versions = known.get(ref);
    if (versions == null) {
      versions = known.get(ref.substring(ref.indexOf('.') + 1));
    }
    if (versions == null) {
      return refused(
          reference,
          path,
          ProblemCode.UNKNOWN_TEMPLATE,
          "no template \"%s\" was given (expected: one of %s); give it with the submission"
              .formatted(ref, known.keySet()));
    }
    String version = reference.text("versionLabel");
    YamlNode.Mapping template =
        version == null && versions.size() == 1
            ? versions.values().iterator().next()
            : versions.get(version == null ? "" : version);
    if (template == null) {
      return refused(
          reference,
          path,
          ProblemCode.UNKNOWN_TEMPLATE,
          "version \"%s\" of template \"%s\" (expected: one of %s)"
              .formatted(version == null ? "" : version, ref, versions.keySet()));
    }
    if (!kind.equals(template.text("type"))) {
      return refused(
          reference,
          path,
          ProblemCode.BAD_VALUE,
          "template \"%s\" is of type %s (expected: %s)"
              .formatted(ref, template.text("type"), kind));
    }
    if (around.contains(name(reference)) || around.size() >= DEEPEST) {
      return refused(
          reference,
          path,
          ProblemCode.TOO_LARGE,
          "templates within each other: %s (expected: %d levels at most, none within itself)"
              .formatted(around, DEEPEST));
    }
    nodes += count(template);
    return nodes <= MOST_NODES
        ? template
        : refused(
            reference,
            path,
            ProblemCode.TOO_LARGE,
            "all templates together make more than %d nodes (expected: less)"
                .formatted(MOST_NODES));
  }

  private static String name(YamlNode.Mapping reference) {
    return reference.text("templateRef") + " " + reference.text("versionLabel");
  }

  private static int count(YamlNode node) {
    return switch (node) {
      case YamlNode.Scalar _ -> 1;
      case YamlNode.Sequence sequence ->
          1 + sequence.items().stream().mapToInt(Templates::count).sum();
      case YamlNode.Mapping mapping ->
          1 + mapping.entries().values().stream().mapToInt(Templates::count).sum();
    };
  }

  private YamlNode.@Nullable Mapping refused(
      YamlNode.Mapping reference, String path, ProblemCode code, String message) {
    YamlNode ref = reference.get("templateRef");
    findings.error(
        ref == null ? reference.place() : ref.place(), path + ".templateRef", code, message);
    return null;
  }
}
