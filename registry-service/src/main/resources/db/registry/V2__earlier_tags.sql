-- What an index's tags named before the first of them was moved, so that they can be moved back by whoever finds the
-- index half published. digest is null for a tag that was not there.
create table earlier_tag (
  execution varchar(40) not null,
  index_id varchar(200) not null,
  tag varchar(128) not null,
  digest varchar(140),
  constraint earlier_tag_once primary key (execution, index_id, tag)
);
