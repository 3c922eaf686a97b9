using LogosActors.Actors.Settings;
using LogosActors.Configuration;
using Microsoft.Extensions.Configuration;

namespace LogosActors.Actors.Tests.Settings;

/// <summary>The <c>akka</c> section of the files that hold our settings, too.</summary>
public sealed class AkkaSettingsTests
{
    [Fact]
    public void What_is_written_reaches_akka()
    {
        var config = AkkaSettings.Read(Parse("""
            akka {
              loglevel = DEBUG
              actor.serialization-bindings { "My.Type, My.Assembly" = mine }
              actor.default-dispatcher.throughput = 7
              scheduler.tick-duration = 25ms
              loggers = ["A", "B"]
            }
            """));

        Assert.Equal("DEBUG", config.GetString("akka.loglevel"));
        Assert.Equal(7, config.GetInt("akka.actor.default-dispatcher.throughput"));
        Assert.Equal(TimeSpan.FromMilliseconds(25), config.GetTimeSpan("akka.scheduler.tick-duration"));
        Assert.Equal(["A", "B"], config.GetStringList("akka.loggers"));
        Assert.Equal("mine", config.GetConfig("akka.actor.serialization-bindings").AsEnumerable().Single(pair => pair.Key is "My.Type, My.Assembly").Value.GetString());
    }

    [Fact]
    public void Without_the_section_nothing_is_configured() => Assert.True(AkkaSettings.Read(Parse("node { }")).IsEmpty);

    [Fact]
    public void A_key_that_akka_does_not_know_is_found_with_its_place_and_what_was_meant()
    {
        var unknown = Assert.Single(AkkaSettings.FindUnknown(Parse("akka {\n  actor {\n    default-dispatcher.troughput = 7\n  }\n}")));

        Assert.Equal("akka.actor.default-dispatcher.troughput", unknown.Key);
        Assert.Equal("throughput", unknown.Suggestion);
        Assert.Contains("test.conf:3", unknown.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("akka.actor.serializers.mine = \"My.Serializer, My\"")]
    [InlineData("akka.actor.deployment.\"/worker\".router = round-robin-pool")]
    [InlineData("akka.actor.my-dispatcher.type = ForkJoinDispatcher")]
    [InlineData("akka.persistence.journal.mine { class = \"My.Journal, My\", anything = 1 }")]
    [InlineData("akka.persistence.snapshot-store.mine.class = \"My.Snapshots, My\"")]
    [InlineData("akka.persistence.journal.sql.connection-string = \"Data Source=a.db\"")]
    [InlineData("akka.coordinated-shutdown.phases.mine.timeout = 5s")]
    public void Names_that_an_application_chooses_are_known(string text) => Assert.Empty(AkkaSettings.FindUnknown(Parse(text)));

    [Theory]
    [InlineData("akka.loglevl = DEBUG", "loglevel")]
    [InlineData("akka.persistance.journal.plugin = x", "persistence")]
    [InlineData("akka.frobnicate = 1", null)]
    public void Other_names_are_not(string text, string? suggestion) =>
        Assert.Equal(suggestion, Assert.Single(AkkaSettings.FindUnknown(Parse(text))).Suggestion);

    static IConfigurationRoot Parse(string text) => new ConfigurationBuilder().AddHocon(text, "test.conf").Build();
}
