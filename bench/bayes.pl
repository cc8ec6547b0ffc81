# What does SpamAssassin's Bayes say of each mail in a directory? Arguments: path of its database, directory.
use strict;
use warnings;
use Mail::SpamAssassin;

my ($database, $directory) = @ARGV;
my $filter = Mail::SpamAssassin->new({
    local_tests_only => 1, dont_copy_prefs => 1, userprefs_filename => '/dev/null',
    post_config_text => "bayes_path $database\nuse_bayes 1\nbayes_auto_learn 0\nlock_method flock\n",
});
$filter->init(1);
my ($bayes) = grep { $_->isa("Mail::SpamAssassin::Plugin::Bayes") } @{$filter->{plugins}->{plugins}};
opendir(my $handle, $directory) or die "$directory: $!";
for my $name (sort grep { !/^\./ } readdir $handle) {
    open(my $file, '<', "$directory/$name") or die "$name: $!";
    my $mail = $filter->parse(do { local $/; <$file> });
    close $file;
    my $status = Mail::SpamAssassin::PerMsgStatus->new($filter, $mail);
    my $score = $bayes->scan($status, $mail);
    printf "%s %s\n", $name, defined $score ? $score : 0.5;
    $status->finish;
    $mail->finish;
}
