package dev.archway.planner.submission;

import dev.archway.connector.egress.Egress;
import dev.archway.connector.egress.EgressRules;
import dev.archway.pipeline.Connectors;

/** Submissions as they are, every platform being served. */
public final class SampleSubmissions {
  private SampleSubmissions() {}

  public static Submissions with(Connectors connectors) {
    return new Submissions(connectors, new CommitResolver(remote()), _ -> true);
  }

  public static GitRemote remote() {
    return new GitRemote(
        ref -> "secret " + ref.written(), new Egress(new EgressRules("", "", true)));
  }
}
