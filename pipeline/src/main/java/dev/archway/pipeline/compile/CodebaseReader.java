package dev.archway.pipeline.compile;

import dev.archway.contract.connector.Connector;
import dev.archway.contract.plan.CloneExtras;
import dev.archway.contract.plan.CodeRef;
import dev.archway.contract.plan.CodebasePlan;
import dev.archway.pipeline.ProblemCode;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads {@code properties.ci.codebase} (Harness page "Create and configure a codebase"). */
final class CodebaseReader {
  /** Harness's own default for branches and tags (page "Git Clone step"). */
  private static final int DEFAULT_DEPTH = 50;

  /** A ref's name must not look like an option, nor leave its place (git-check-ref-format). */
  private static final Pattern REF =
      Pattern.compile("(?!-)(?!.*\\.\\.)(?!.*//)[^\\s~^:?*\\[\\\\\\x00-\\x1f]+(?<![./])");

  private CodebaseReader() {}

  /** The codebase of the pipeline. */
  static @Nullable CodebasePlan read(Fields fields, Lookup lookup) {
    CodebasePlan codebase = repository(fields, lookup);
    fields.finish();
    return codebase;
  }

  /** What the codebase and a GitClone step have in common. */
  static @Nullable CodebasePlan repository(Fields fields, Lookup lookup) {
    Connector.Git connector = lookup.find(fields, "connectorRef", Connector.Git.class);
    String repository = fields.text("repoName");
    Long depth = fields.integer("depth");
    Boolean sslVerify = fields.bool("sslVerify");
    CloneExtras extras = extras(fields);
    CodeRef ref = merged(fields, ref(fields.requiredObject("build")));
    if (connector == null || ref == null) {
      return null;
    }
    String url = connector.url();
    if (connector.accountLevel()) {
      if (repository == null) {
        fields.missing("repoName");
        return null;
      }
      url = url.replaceFirst("/+$", "") + "/" + repository;
    }
    return new CodebasePlan(
        connector, url, ref, depth(depth, ref), sslVerify == null || sslVerify, extras);
  }

  /** A pull request has its whole history by itself (page "Git Clone step"). */
  private static int depth(@Nullable Long written, CodeRef ref) {
    return written != null
        ? (int) Math.min(Integer.MAX_VALUE, written)
        : ref.pullRequest() == null ? DEFAULT_DEPTH : 0;
  }

  /** What is cloned beside the commit's tree; null for nothing. */
  private static @Nullable CloneExtras extras(Fields fields) {
    boolean tags = Boolean.TRUE.equals(fields.bool("fetchTags"));
    CloneExtras.Submodules submodules =
        fields.parsed(
            "submoduleStrategy",
            ProblemCode.BAD_VALUE,
            text ->
                switch (text) {
                  case "false" -> CloneExtras.Submodules.NONE;
                  case "true" -> CloneExtras.Submodules.DIRECT;
                  case "recursive" -> CloneExtras.Submodules.RECURSIVE;
                  default ->
                      throw new IllegalArgumentException(
                          "\"%s\" (expected: true, false or recursive)".formatted(text));
                });
    List<String> sparse = new ArrayList<>();
    for (String written : fields.texts("sparseCheckout")) {
      if (!written.contains("\n")) {
        sparse.add(StepReader.inWorkspace(fields, "sparseCheckout", written.strip()));
      } else {
        fields.error(
            "sparseCheckout", ProblemCode.BAD_VALUE, "several lines (expected: a folder's path)");
      }
    }
    if (sparse.contains(".")) {
      sparse.clear();
    }
    CloneExtras.Submodules which = submodules == null ? CloneExtras.Submodules.NONE : submodules;
    return sparse.isEmpty() && !tags && which == CloneExtras.Submodules.NONE
        ? null
        : new CloneExtras(sparse, which, tags);
  }

  /** A pull request is merged into its target, unless it is to be built as its author pushed it. */
  private static @Nullable CodeRef merged(Fields fields, @Nullable CodeRef ref) {
    String strategy = fields.text("prCloneStrategy");
    if (strategy != null && !strategy.equals("MergeCommit") && !strategy.equals("SourceBranch")) {
      fields.error(
          "prCloneStrategy",
          ProblemCode.BAD_VALUE,
          "\"%s\" (expected: MergeCommit or SourceBranch)".formatted(strategy));
    }
    return ref instanceof CodeRef.PullRequest(String number) && !"SourceBranch".equals(strategy)
        ? new CodeRef.MergedPullRequest(number)
        : ref;
  }

  private static @Nullable CodeRef ref(Fields build) {
    String type = build.text("type");
    if (type == null) {
      // A build that is missing altogether has been told already.
      if (!build.blank()) {
        build.missing("type");
      }
      return null;
    }
    Fields spec = build.requiredObject("spec");
    CodeRef ref =
        switch (type) {
          case "branch" -> new CodeRef.Branch(name(spec, "branch"));
          case "tag" -> new CodeRef.Tag(name(spec, "tag"));
          case "PR" -> new CodeRef.PullRequest(name(spec, "number"));
          case "commitSha" -> new CodeRef.CommitSha(name(spec, "commitSha"));
          default -> {
            build.error(
                "type",
                ProblemCode.BAD_VALUE,
                "build type \"%s\" (expected: branch, tag, PR or commitSha)".formatted(type));
            yield null;
          }
        };
    spec.finish();
    build.finish();
    return ref;
  }

  private static String name(Fields spec, String key) {
    String name = spec.required(key, "?");
    if (!REF.matcher(name).matches()) {
      spec.error(
          key,
          ProblemCode.BAD_VALUE,
          "\"%s\" (expected: the name of a ref as Git allows it)".formatted(name));
    }
    return name;
  }
}
