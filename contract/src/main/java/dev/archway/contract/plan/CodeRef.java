package dev.archway.contract.plan;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import org.jspecify.annotations.Nullable;

/** What of a repository to build (Harness "codebase build types"). */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(value = CodeRef.Branch.class, name = "branch"),
  @JsonSubTypes.Type(value = CodeRef.Tag.class, name = "tag"),
  @JsonSubTypes.Type(value = CodeRef.PullRequest.class, name = "PR"),
  @JsonSubTypes.Type(value = CodeRef.MergedPullRequest.class, name = "PRMerge"),
  @JsonSubTypes.Type(value = CodeRef.CommitSha.class, name = "commitSha")
})
public sealed interface CodeRef {
  /** The pull request that it is of, merged or not; null for others. */
  default @Nullable String pullRequest() {
    return switch (this) {
      case PullRequest(String number) -> number;
      case MergedPullRequest(String number) -> number;
      case Branch _, Tag _, CommitSha _ -> null;
    };
  }

  /** The head of a branch at the time the execution starts. */
  record Branch(String branch) implements CodeRef {}

  /** A tag, peeled to its commit. */
  record Tag(String tag) implements CodeRef {}

  /** The head of a pull request. */
  record PullRequest(String number) implements CodeRef {}

  /** A pull request's head, merged into its target by each clone. */
  record MergedPullRequest(String number) implements CodeRef {}

  /** Exactly this commit. */
  record CommitSha(String commitSha) implements CodeRef {}
}
