package dev.archway.pipeline.compile;

import dev.archway.contract.connector.Connector;
import dev.archway.contract.plan.Placement;
import dev.archway.pipeline.Findings;
import dev.archway.pipeline.ProblemCode;
import dev.archway.pipeline.yaml.YamlNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code infrastructure.spec} of type KubernetesDirect (Harness page "CI stage settings").
 */
final class PlacementReader {
  private PlacementReader() {}

  static @Nullable Placement read(Fields spec, Lookup lookup, Findings findings) {
    Connector.Infrastructure connector =
        lookup.find(spec, "connectorRef", Connector.Infrastructure.class);
    String namespace = spec.text("namespace");
    if (namespace == null) {
      spec.missing("namespace");
    }
    String os = spec.text("os");
    if (os != null && !os.toLowerCase(Locale.ROOT).equals("linux")) {
      spec.error("os", ProblemCode.NOT_SUPPORTED, "os \"%s\" (expected: Linux)".formatted(os));
    }
    Placement placement =
        connector == null
            ? null
            : new Placement(
                connector,
                namespace,
                spec.text("serviceAccountName"),
                spec.bool("automountServiceAccountToken"),
                spec.integer("runAsUser"),
                spec.text("priorityClassName"),
                spec.strings("nodeSelector"),
                tolerations(spec.items("tolerations"), spec.path() + ".tolerations", findings),
                spec.strings("labels"),
                spec.strings("annotations"),
                securityContext(spec.object("containerSecurityContext")),
                VolumeReader.read(spec, findings));
    spec.ignore(
        "serviceAccountName",
        "automountServiceAccountToken",
        "runAsUser",
        "priorityClassName",
        "nodeSelector",
        "tolerations",
        "labels",
        "annotations",
        "containerSecurityContext",
        "volumes",
        // Archway has no images of its own to pull into a stage.
        "harnessImageConnectorRef",
        "imagePullPolicy");
    if (spec.parsed("initTimeout", ProblemCode.BAD_VALUE, Quantities::duration) != null) {
      spec.warn(
          "initTimeout",
          ProblemCode.NOT_SUPPORTED,
          "\"initTimeout\" is not kept; the time limits of steps and stage are");
    }
    spec.unsupported("hostNames", "podSpecOverlay");
    spec.finish();
    return placement;
  }

  static List<Placement.Toleration> tolerations(
      List<YamlNode> items, String path, Findings findings) {
    List<Placement.Toleration> tolerations = new ArrayList<>();
    for (int i = 0; i < items.size(); i++) {
      if (items.get(i) instanceof YamlNode.Mapping mapping) {
        Fields one = new Fields(mapping, path + "[" + i + "]", findings);
        tolerations.add(
            new Placement.Toleration(
                one.text("key"),
                one.text("operator"),
                one.text("value"),
                one.text("effect"),
                one.integer("tolerationSeconds")));
        one.ignore("identifier");
        one.finish();
      } else {
        findings.error(
            items.get(i).place(),
            path,
            ProblemCode.WRONG_KIND,
            items.get(i).kind() + " (expected: a mapping)");
      }
    }
    return tolerations;
  }

  private static Placement.@Nullable SecurityContext securityContext(@Nullable Fields fields) {
    if (fields == null) {
      return null;
    }
    Fields capabilities = fields.object("capabilities");
    List<String> add = capabilities == null ? List.of() : capabilities.texts("add");
    List<String> drop = capabilities == null ? List.of() : capabilities.texts("drop");
    if (capabilities != null) {
      capabilities.finish();
    }
    var context =
        new Placement.SecurityContext(
            fields.bool("privileged"),
            fields.bool("allowPrivilegeEscalation"),
            fields.integer("runAsUser"),
            fields.integer("runAsGroup"),
            fields.bool("runAsNonRoot"),
            fields.bool("readOnlyRootFilesystem"),
            add,
            drop);
    fields.ignore("procMount");
    fields.finish();
    return context.equals(
            new Placement.SecurityContext(null, null, null, null, null, null, List.of(), List.of()))
        ? null
        : context;
  }
}
