package dev.archway.planner.submission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.archway.contract.connector.Connector;
import dev.archway.contract.plan.Checkout;
import dev.archway.contract.plan.CodeRef;
import dev.archway.contract.plan.CodebasePlan;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a pull request is and what it is merged into, from a real repository. */
class CommitResolverTest {
  @TempDir Path home;
  private final CommitResolver resolver = new CommitResolver(SampleSubmissions.remote());

  /** Pull requests 1 and 2 of branch main, of which 2 was pushed to since its merge was tried. */
  @BeforeEach
  void repository() throws Exception {
    var _ =
        shell(
            """
            export HOME="$PWD" GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@example.com GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@example.com
            git init -q --initial-branch main . && git commit -q --allow-empty -m first
            git checkout -q -b topic && echo topic >topic && git add topic && git commit -qm topic
            git checkout -q main && echo main >main && git add main && git commit -qm main
            git update-ref refs/pull/1/head topic && git update-ref refs/merge-requests/4/head topic
            git checkout -q --detach main && git merge -q --no-ff -m try topic
            git update-ref refs/pull/1/merge HEAD && git update-ref refs/pull/2/merge HEAD
            git update-ref refs/merge-requests/4/merge HEAD
            git checkout -q topic && git commit -q --allow-empty -m more
            git update-ref refs/pull/2/head HEAD && git update-ref refs/pull/3/head HEAD
            git checkout -q main
            """);
  }

  private String shell(String script) throws Exception {
    Process process =
        new ProcessBuilder("sh", "-ec", script)
            .directory(home.toFile())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output.strip();
  }

  private CodebasePlan codebase(CodeRef ref) {
    String url = home.toUri().toString();
    return new CodebasePlan(
        new Connector.Git("repo", url, false, null, null), url, ref, 0, true, null);
  }

  @Test
  void headAloneIsTheSourceBranch() throws Exception {
    Checkout checkout = resolver.resolve(codebase(new CodeRef.PullRequest("1")));
    assertThat(checkout.refName()).isEqualTo("refs/pull/1/head");
    assertThat(checkout.commit()).isEqualTo(shell("git rev-parse refs/pull/1/head"));
    assertThat(checkout.into()).isNull();
  }

  @Test
  void targetIsReadFromTheServersMerge() throws Exception {
    String main = shell("git rev-parse main");
    Checkout checkout = resolver.resolve(codebase(new CodeRef.MergedPullRequest("1")));
    assertThat(checkout.commit()).isEqualTo(shell("git rev-parse refs/pull/1/head"));
    assertThat(checkout.into()).isEqualTo(new Checkout.Target("refs/pull/1/merge", main));
    Checkout gitlab = resolver.resolve(codebase(new CodeRef.MergedPullRequest("4")));
    assertThat(gitlab.refName()).isEqualTo("refs/merge-requests/4/head");
    assertThat(gitlab.into()).isEqualTo(new Checkout.Target("refs/merge-requests/4/merge", main));
  }

  @Test
  void mergeOfAnOlderHeadIsTold() {
    assertThatThrownBy(() -> resolver.resolve(codebase(new CodeRef.MergedPullRequest("2"))))
        .hasMessageContaining("pull request 2 has no merge")
        .hasMessageContaining("SourceBranch");
  }

  @Test
  void targetThatNobodyTellsIsAskedFor() {
    assertThatThrownBy(() -> resolver.resolve(codebase(new CodeRef.MergedPullRequest("3"))))
        .hasMessageContaining("cannot tell what pull request 3 is merged into")
        .hasMessageContaining("refs/pull/3/merge");
    assertThatThrownBy(() -> resolver.resolve(codebase(new CodeRef.MergedPullRequest("9"))))
        .hasMessageContaining("pull request 9 is not in");
  }

  @Test
  void targetThatAnEventTellsIsAsItIsNow() throws Exception {
    CodebasePlan codebase = codebase(new CodeRef.MergedPullRequest("3"));
    Checkout head = resolver.resolve(codebase(new CodeRef.PullRequest("3")));
    assertThat(resolver.merged(codebase, head, "main").into())
        .isEqualTo(new Checkout.Target("refs/heads/main", shell("git rev-parse main")));
    assertThatThrownBy(() -> resolver.merged(codebase, head, "gone"))
        .hasMessageContaining("branch gone, which pull request 3 is merged into, is not in");
  }
}
