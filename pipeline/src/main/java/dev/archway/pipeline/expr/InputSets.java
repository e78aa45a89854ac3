package dev.archway.pipeline.expr;

import dev.archway.pipeline.Findings;
import dev.archway.pipeline.ProblemCode;
import dev.archway.pipeline.yaml.YamlException;
import dev.archway.pipeline.yaml.YamlNode;
import dev.archway.pipeline.yaml.YamlReader;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads input sets and overlays (Harness page "Input sets and overlays") that come with a
 * submission. Later ones win; an overlay stands for the sets it names, in its order, and those do
 * not count where they are given. A document with the key {@code pipeline} alone is a set without a
 * name, as a trigger's {@code inputYaml} is.
 */
final class InputSets {
  private final @Nullable String pipeline;
  private final Findings findings;
  private final Map<String, Inputs.Answers> sets = new LinkedHashMap<>();
  private final List<Overlay> overlays = new ArrayList<>();
  private final List<String> order = new ArrayList<>();

  /** An overlay and the names it stands for. */
  private record Overlay(String at, YamlNode.Place place, List<String> names) {}

  private InputSets(@Nullable String pipeline, Findings findings) {
    this.pipeline = pipeline;
    this.findings = findings;
  }

  /**
   * What the documents answer, in the order in which they count.
   *
   * @param pipeline identifier of the pipeline they must be for
   */
  static List<Inputs.Answers> read(
      List<String> documents, @Nullable String pipeline, Findings findings) {
    InputSets read = new InputSets(pipeline, findings);
    for (int i = 0; i < documents.size(); i++) {
      read.document(documents.get(i), "inputSets[" + i + "]");
    }
    return read.merged();
  }

  private void document(String text, String at) {
    YamlNode root;
    try {
      root = YamlReader.read(text);
    } catch (YamlException e) {
      findings.unreadable(at, "cannot read the input set: ", e);
      return;
    }
    if (root instanceof YamlNode.Mapping document) {
      if (document.get("inputSet") instanceof YamlNode.Mapping set) {
        set(set, at);
        return;
      }
      if (document.get("overlayInputSet") instanceof YamlNode.Mapping overlay) {
        overlay(overlay, at);
        return;
      }
      if (document.get("pipeline") instanceof YamlNode.Mapping) {
        set(document, at);
        return;
      }
    }
    findings.error(
        root.place(),
        at,
        ProblemCode.MISSING_FIELD,
        "no input set here (expected: the key \"inputSet\" or \"overlayInputSet\")");
  }

  private void set(YamlNode.Mapping set, String at) {
    if (!(set.get("pipeline") instanceof YamlNode.Mapping body)) {
      findings.error(
          set.place(),
          at,
          ProblemCode.MISSING_FIELD,
          "the input set has no \"pipeline\" (expected: the pipeline's inputs below it)");
      return;
    }
    belongs(body.get("identifier"), at + ".pipeline.identifier");
    String id = set.text("identifier");
    String key = id == null ? at : id;
    if (sets.putIfAbsent(key, new Inputs.Answers(body, at + ".pipeline", true)) != null) {
      findings.error(
          set.place(),
          at,
          ProblemCode.DUPLICATE_IDENTIFIER,
          "a second input set \"%s\" (expected: one)".formatted(key));
    } else {
      order.add(key);
    }
  }

  private void overlay(YamlNode.Mapping overlay, String at) {
    belongs(overlay.get("pipelineIdentifier"), at + ".pipelineIdentifier");
    List<String> names = new ArrayList<>();
    if (overlay.get("inputSetReferences") instanceof YamlNode.Sequence list) {
      for (YamlNode item : list.items()) {
        if (item instanceof YamlNode.Scalar scalar && !scalar.blank()) {
          names.add(scalar.text().strip());
        }
      }
    }
    if (names.isEmpty()) {
      findings.error(
          overlay.place(),
          at + ".inputSetReferences",
          ProblemCode.MISSING_FIELD,
          "the overlay names no input set (expected: identifiers of input sets)");
    }
    overlays.add(new Overlay(at, overlay.place(), names));
    order.add(at);
  }

  private void belongs(@Nullable YamlNode identifier, String at) {
    if (pipeline != null
        && identifier instanceof YamlNode.Scalar written
        && !written.blank()
        && !written.text().strip().equals(pipeline)) {
      findings.error(
          written.place(),
          at,
          ProblemCode.BAD_VALUE,
          "\"%s\" (expected: %s, the pipeline that is submitted)"
              .formatted(written.text(), pipeline));
    }
  }

  private List<Inputs.Answers> merged() {
    Set<String> named = new HashSet<>();
    overlays.forEach(overlay -> named.addAll(overlay.names()));
    List<Inputs.Answers> merged = new ArrayList<>();
    for (String key : order) {
      Inputs.Answers alone = sets.get(key);
      if (alone != null && !named.contains(key)) {
        merged.add(alone);
      }
      for (Overlay overlay : overlays) {
        if (overlay.at().equals(key)) {
          expand(overlay, merged);
        }
      }
    }
    return merged;
  }

  private void expand(Overlay overlay, List<Inputs.Answers> merged) {
    for (String name : overlay.names()) {
      Inputs.Answers set = sets.get(name);
      if (set == null) {
        findings.error(
            overlay.place(),
            overlay.at() + ".inputSetReferences",
            ProblemCode.UNKNOWN_INPUT,
            "no input set \"%s\" was given (expected: one of %s); give it with the submission"
                .formatted(name, sets.keySet()));
      } else {
        merged.add(set);
      }
    }
  }
}
