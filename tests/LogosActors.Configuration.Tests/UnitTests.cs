using FsCheck;
using FsCheck.Fluent;
using LogosActors.Configuration;

namespace LogosActors.Configuration.Tests;

/// <summary>HOCON specification, "Units format", "Duration format" and "Size in bytes format".</summary>
public sealed class UnitTests
{
    [Theory]
    [InlineData("10000 ns nano nanos nanosecond nanoseconds", 100)]
    [InlineData("10 us micro micros microsecond microseconds", 100)]
    [InlineData("10 ms milli millis millisecond milliseconds", 100_000)]
    [InlineData("10 s second seconds", 100_000_000)]
    [InlineData("10 m minute minutes", 6_000_000_000)]
    [InlineData("10 h hour hours", 360_000_000_000)]
    [InlineData("10 d day days", 8_640_000_000_000)]
    public void A_duration_has_every_unit_of_the_specification(string units, long ticks)
    {
        var names = units.Split(' ');
        Assert.All(names[1..], unit => Assert.Equal(ticks, HoconDuration.Parse($" {names[0]} {unit} ").Ticks));
        Assert.All(names[1..], unit => Assert.Equal(ticks, HoconDuration.Parse($"{names[0]}{unit}").Ticks));
    }

    [Theory]
    [InlineData("100", 100)]
    [InlineData("0.5s", 500)]
    [InlineData("1e3", 1000)]
    [InlineData("-1s", -1000)]
    public void A_duration_without_a_unit_is_in_milliseconds(string text, double milliseconds) =>
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), HoconDuration.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("s")]
    [InlineData("5 S")]
    [InlineData("5 parsecs")]
    [InlineData("5s 3")]
    [InlineData("NaN s")]
    [InlineData("1,000")]
    [InlineData("20000000 d")]
    [InlineData("1e99999 d")]
    public void Anything_else_is_not_a_duration(string text)
    {
        Assert.False(HoconDuration.TryParse(text, out _));
        Assert.Contains("is not a duration such as 5s", Assert.Throws<FormatException>(() => HoconDuration.Parse(text)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_formatted_duration_is_read_back() =>
        Prop.ForAll<long>(ticks => HoconDuration.Parse(HoconDuration.Format(new TimeSpan(ticks))).Ticks == ticks).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("1", "B b byte bytes")]
    [InlineData("1000", "kB kilobyte kilobytes")]
    [InlineData("1000000", "MB megabyte megabytes")]
    [InlineData("1000000000", "GB gigabyte gigabytes")]
    [InlineData("1000000000000", "TB terabyte terabytes")]
    [InlineData("1000000000000000", "PB petabyte petabytes")]
    [InlineData("1000000000000000000", "EB exabyte exabytes")]
    [InlineData("1024", "K k Ki KiB kibibyte kibibytes")]
    [InlineData("1048576", "M m Mi MiB mebibyte mebibytes")]
    [InlineData("1073741824", "G g Gi GiB gibibyte gibibytes")]
    [InlineData("1099511627776", "T t Ti TiB tebibyte tebibytes")]
    [InlineData("1125899906842624", "P p Pi PiB pebibyte pebibytes")]
    [InlineData("1152921504606846976", "E e Ei EiB exbibyte exbibytes")]
    public void A_size_has_every_unit_of_the_specification(string bytes, string units) =>
        Assert.All(units.Split(' '), unit => Assert.Equal(bytes, $"{DataSize.Parse($"1 {unit}").Bytes}"));

    [Theory]
    [InlineData("ZB zettabyte zettabytes Z z Zi ZiB zebibyte zebibytes YB yottabyte yottabytes Y y Yi YiB yobibyte yobibytes")]
    public void The_largest_units_are_known_but_overflow(string units) => Assert.All(units.Split(' '), unit =>
    {
        Assert.False(DataSize.TryParse($"1 {unit}", out _));
        Assert.Equal(0, DataSize.Parse($"0 {unit}").Bytes);
    });

    [Theory]
    [InlineData("KB")]
    [InlineData("kb")]
    [InlineData("-1")]
    [InlineData("1 KIB")]
    [InlineData("9 EiB")]
    public void Anything_else_is_not_a_size(string text) => Assert.False(DataSize.TryParse(text, out _));

    [Fact]
    public void A_size_is_written_in_the_largest_binary_unit()
    {
        Assert.Equal("150 KiB", new DataSize(150 * 1024).ToString());
        Assert.Equal("1500 B", new DataSize(1500).ToString());
        Assert.Equal("0 B", default(DataSize).ToString());
        Prop.ForAll<long>(n => n < 0 || DataSize.Parse(new DataSize(n).ToString()).Bytes == n).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Random_text_is_a_unit_or_is_refused() => Prop.ForAll<string>(text =>
        (HoconDuration.TryParse(text, out var duration) || duration == default) && (DataSize.TryParse(text, out var size) || size == default))
        .QuickCheckThrowOnFailure();
}
