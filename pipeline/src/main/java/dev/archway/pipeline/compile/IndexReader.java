package dev.archway.pipeline.compile;

import dev.archway.contract.image.Repository;
import dev.archway.contract.plan.IndexPlan;
import dev.archway.contract.plan.StagePlan;
import dev.archway.contract.plan.StepPlan;
import dev.archway.pipeline.Findings;
import dev.archway.pipeline.ProblemCode;
import dev.archway.pipeline.yaml.YamlNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Reads {@code properties.ci.imageIndexes}: the image indexes that a pipeline declares, by the tags
 * its own steps push.
 */
final class IndexReader {
  private final Lookup lookup;
  private final Findings findings;
  private final IndexIds ids;
  private final Tags claimed;

  IndexReader(Lookup lookup, Findings findings, IndexIds ids, Tags claimed) {
    this.lookup = lookup;
    this.findings = findings;
    this.ids = ids;
    this.claimed = claimed;
  }

  /**
   * Adds the indexes that this execution can publish.
   *
   * @param runs what the execution runs
   * @param notPicked what the pipeline has besides, and this execution leaves out
   */
  void read(Fields ci, List<StagePlan> runs, List<StagePlan> notPicked, List<IndexPlan> indexes) {
    List<YamlNode> items = ci.items("imageIndexes");
    for (int i = 0; i < items.size(); i++) {
      String path = ci.path() + ".imageIndexes[" + i + "]";
      if (items.get(i) instanceof YamlNode.Mapping mapping) {
        index(ci.member("imageIndexes", mapping, path), runs, notPicked, indexes);
      } else {
        findings.error(
            items.get(i).place(),
            path,
            ProblemCode.WRONG_KIND,
            items.get(i).kind() + " (expected: a mapping)");
      }
    }
  }

  private void index(
      Fields fields, List<StagePlan> runs, List<StagePlan> notPicked, List<IndexPlan> indexes) {
    PushTarget target = PushTarget.ofRepository(fields, lookup);
    List<String> tags = StepReader.tags(fields, "tags");
    List<String> from = StepReader.tags(fields, "from");
    Boolean allowPartial = fields.bool("allowPartial");
    fields.finish();
    if (target == null || tags.isEmpty() || from.isEmpty()) {
      return;
    }
    Repository repository = target.repository();
    claimed.claim(fields, repository, tags);
    Set<String> after = new LinkedHashSet<>();
    List<String> leftOut = new ArrayList<>();
    Set<String> once = new LinkedHashSet<>();
    for (String tag : from) {
      List<String> pushers = pushers(runs, repository, tag);
      if (!once.add(tag)) {
        fields.error(
            "from", ProblemCode.BAD_VALUE, "tag \"%s\" twice (expected: once)".formatted(tag));
      } else if (!pushers.isEmpty()) {
        after.addAll(pushers);
      } else if (pushers(notPicked, repository, tag).isEmpty()) {
        fields.error(
            "from",
            ProblemCode.INDEX_PART_NOT_PUSHED,
            "no step pushes %s (expected: one of %s)"
                .formatted(repository.tagged(tag), pushed(runs, repository)));
      } else {
        leftOut.add(tag);
      }
    }
    boolean partial = Boolean.TRUE.equals(allowPartial);
    if (!leftOut.isEmpty()) {
      fields.warn(
          "from",
          ProblemCode.INDEX_PART_NOT_PUSHED,
          "%s of %s: the stages that push %s were not picked"
              .formatted(
                  partial && !after.isEmpty() ? "only a part is published" : "nothing is published",
                  repository.tagged(tags.getFirst()),
                  leftOut));
    }
    if (after.isEmpty() || (!leftOut.isEmpty() && !partial)) {
      return;
    }
    indexes.add(
        new IndexPlan(
            ids.next(),
            target.registry(),
            repository,
            tags,
            from.stream().map(tag -> new IndexPlan.Part(tag, null)).toList(),
            List.copyOf(after),
            partial));
  }

  private static List<String> pushers(List<StagePlan> runs, Repository repository, String tag) {
    return runs.stream().filter(run -> pushes(run, repository, tag)).map(StagePlan::id).toList();
  }

  private static boolean pushes(StagePlan run, Repository repository, String tag) {
    return run.steps().stream()
        .anyMatch(step ->
            step instanceof StepPlan.BuildAndPush push
                && push.repository().equals(repository)
                && push.tags().contains(tag));
  }

  private static List<String> pushed(List<StagePlan> runs, Repository repository) {
    return runs.stream()
        .flatMap(run -> run.steps().stream())
        .filter(StepPlan.BuildAndPush.class::isInstance)
        .map(StepPlan.BuildAndPush.class::cast)
        .filter(push -> push.repository().equals(repository))
        .flatMap(push -> push.tags().stream())
        .toList();
  }
}
