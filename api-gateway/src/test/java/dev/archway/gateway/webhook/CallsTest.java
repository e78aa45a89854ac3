package dev.archway.gateway.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import dev.archway.contract.event.GitEvent.Changes;
import dev.archway.contract.event.GitEvent.Kind;
import dev.archway.contract.event.GitEvent.PullRequest;
import dev.archway.contract.wire.ContractMapper;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Payloads in the servers' own forms, shortened to what is read. */
class CallsTest {
  private static final String A = "a".repeat(40);
  private static final String B = "b".repeat(40);
  private static final String ZERO = "0".repeat(40);

  private static JsonNode json(String text) {
    return ContractMapper.json().readTree(text.replace('\'', '"'));
  }

  @Test
  void githubPush() {
    Told told =
        GithubCalls.read(
                "push",
                json(
                    "{'ref':'refs/heads/main','before':'%s','after':'%s','repository':{'full_name':'acme/app','html_url':'https://github.com/acme/app'},'sender':{'login':'ann'},'head_commit':{'message':'Fix'},'commits':[{'added':['a'],'modified':['b'],'removed':[]},{'removed':['c'],'added':['a']}]}"
                        .formatted(A, B)))
            .getFirst();
    assertThat(told)
        .isEqualTo(
            new Told(
                "push",
                Kind.PUSH,
                null,
                "refs/heads/main",
                B,
                A,
                new Told.Where("acme/app", "https://github.com/acme/app", "ann"),
                "Fix",
                null,
                null,
                new Changes(List.of("a", "b", "c"))));
  }

  @Test
  void githubTagsAndDeletions() {
    assertThat(
            GithubCalls.read(
                    "push",
                    json("{'ref':'refs/tags/v1','before':'%s','after':'%s'}".formatted(ZERO, A)))
                .getFirst())
        .satisfies(told -> {
          assertThat(told.kind()).isEqualTo(Kind.TAG);
          assertThat(told.baseCommit()).isNull();
        });
    assertThat(
            GithubCalls.read(
                    "push",
                    json("{'ref':'refs/heads/x','before':'%s','after':'%s'}".formatted(A, ZERO)))
                .getFirst())
        .satisfies(told -> {
          assertThat(told.kind()).isEqualTo(Kind.DELETION);
          assertThat(told.commit()).isNull();
        });
    assertThat(GithubCalls.read("ping", json("{}")).getFirst().kind()).isEqualTo(Kind.OTHER);
  }

  @Test
  void githubPullRequestsOfForksAreTold() {
    String text =
        "{'action':'synchronize','pull_request':{'number':7,'title':'Faster','html_url':'u','head':{'ref':'faster','sha':'%s','repo':{'full_name':'FROM'}},'base':{'ref':'main','sha':'%s','repo':{'full_name':'acme/app'}}}}"
            .formatted(A, B);
    Told own = GithubCalls.read("pull_request", json(text.replace("FROM", "acme/app"))).getFirst();
    assertThat(own.action()).isEqualTo("Synchronize");
    assertThat(own.ref()).isEqualTo("refs/pull/7/head");
    assertThat(own.commit()).isEqualTo(A);
    assertThat(own.pullRequest())
        .isEqualTo(new PullRequest("7", "Faster", "faster", "main", false, "u"));
    for (String from : List.of("{'full_name':'eve/app'}", "null", "{}")) {
      Told foreign =
          GithubCalls.read("pull_request", json(text.replace("{'full_name':'FROM'}", from)))
              .getFirst();
      assertThat(Objects.requireNonNull(foreign.pullRequest()).fork()).isTrue();
    }
  }

  @Test
  void aCommentOnGithubSaysNothingOfTheCommitsSoTheyAreSomebodyElses() {
    Told told =
        GithubCalls.read(
                "issue_comment",
                json(
                    "{'action':'created','issue':{'number':7,'title':'Faster','pull_request':{'html_url':'u'}},'comment':{'body':'/test'}}"))
            .getFirst();
    assertThat(told.kind()).isEqualTo(Kind.COMMENT);
    assertThat(told.comment()).isEqualTo("/test");
    assertThat(Objects.requireNonNull(told.pullRequest()).fork()).isTrue();
    assertThat(GithubCalls.read("issue_comment", json("{'issue':{'number':7}}")).getFirst().kind())
        .isEqualTo(Kind.OTHER);
  }

  @Test
  void gitlab() {
    Told push =
        GitlabCalls.read(
                "Push Hook",
                json(
                    "{'ref':'refs/heads/main','before':'%s','after':'%s','user_username':'ann','project':{'path_with_namespace':'acme/app','web_url':'https://gitlab.com/acme/app'},'commits':[{'message':'Fix','added':['a'],'modified':[],'removed':[]}]}"
                        .formatted(A, B)))
            .getFirst();
    assertThat(push.kind()).isEqualTo(Kind.PUSH);
    assertThat(push.on())
        .isEqualTo(new Told.Where("acme/app", "https://gitlab.com/acme/app", "ann"));
    assertThat(push.changes()).isEqualTo(new Changes(List.of("a")));
    String merge =
        "{'user':{'username':'ann'},'object_attributes':{'iid':3,'title':'T','action':'update',OLD'source_branch':'s','target_branch':'t','source_project_id':1,'target_project_id':TARGET,'last_commit':{'id':'%s'},'url':'u'}}"
            .formatted(A);
    Told sync =
        GitlabCalls.read(
                "Merge Request Hook",
                json(merge.replace("OLD", "'oldrev':'x',").replace("TARGET", "1")))
            .getFirst();
    assertThat(sync.action()).isEqualTo("Sync");
    assertThat(sync.ref()).isEqualTo("refs/merge-requests/3/head");
    assertThat(sync.commit()).isEqualTo(A);
    assertThat(sync.pullRequest()).isEqualTo(new PullRequest("3", "T", "s", "t", false, "u"));
    Told fork =
        GitlabCalls.read(
                "Merge Request Hook", json(merge.replace("OLD", "").replace("TARGET", "2")))
            .getFirst();
    assertThat(fork.action()).isEqualTo("Update");
    assertThat(Objects.requireNonNull(fork.pullRequest()).fork()).isTrue();
  }

  @Test
  void oneBitbucketPushMayBeOfSeveralBranches() {
    List<Told> told =
        BitbucketCalls.read(
            "repo:push",
            json(
                "{'repository':{'full_name':'acme/app','links':{'html':{'href':'u'}}},'actor':{'nickname':'ann'},'push':{'changes':[{'new':{'type':'branch','name':'main','target':{'hash':'%s','message':'m'}},'old':{'target':{'hash':'%s'}}},{'new':{'type':'tag','name':'v1','target':{'hash':'%s'}},'old':null},{'new':null,'old':{'type':'branch','name':'gone','target':{'hash':'%s'}}}]}}"
                    .formatted(A, B, A, B)));
    assertThat(told).extracting(Told::kind).containsExactly(Kind.PUSH, Kind.TAG, Kind.DELETION);
    assertThat(told)
        .extracting(Told::ref)
        .containsExactly("refs/heads/main", "refs/tags/v1", "refs/heads/gone");
  }

  @Test
  void bitbucketShortensHashes() {
    Told told =
        BitbucketCalls.read(
                "pullrequest:created",
                json(
                    "{'pullrequest':{'id':5,'title':'T','source':{'branch':{'name':'s'},'commit':{'hash':'abcdef012345'},'repository':{'full_name':'acme/app'}},'destination':{'branch':{'name':'t'},'repository':{'full_name':'acme/app'}}}}"))
            .getFirst();
    assertThat(told.action()).isEqualTo("Create");
    assertThat(told.commit()).isNull();
    assertThat(Objects.requireNonNull(told.pullRequest()).fork()).isFalse();
  }

  @Test
  void aGenericCallIsAnyJson() {
    Told told =
        GenericCalls.read(
                "push",
                json(
                    "{'ref':'refs/heads/main','after':'%s','user':'ann','repository':{'name':'app'},'changedFiles':['a']}"
                        .formatted(A)))
            .getFirst();
    assertThat(told.kind()).isEqualTo(Kind.PUSH);
    assertThat(told.changes()).isEqualTo(new Changes(List.of("a")));
    assertThat(GenericCalls.read("deploy", json("{'x':{'y':1}}")).getFirst().kind())
        .isEqualTo(Kind.OTHER);
  }
}
