// Tickers through the C++ writer: partial updates, refused values, ownership.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "market/fixture.h"

namespace tickscan::market {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();

struct Ticker {
  double fields[kTickerFields];
  Ticker() {
    for (double& field : fields) field = kUnknown;
  }
  Ticker& with(TickerIndex index, double value) {
    fields[index] = value;
    return *this;
  }
};

class WriterTicker : public testing::Test {
 protected:
  WriterTicker() : market_(70, 2), writer_(market_.writer(0)), other_(market_.writer(1)) {}

  // What the engine reads; it is the mailbox's one reader.
  double read(TickerIndex index) {
    TickerRecord& record = market_.store().ticker(69);
    reader_ = record.box.take(reader_);
    return record.slots[reader_][index];
  }
  WriteResult write(const Ticker& ticker) { return writer_.update_ticker(69, ticker.fields); }

  Market market_;
  Writer writer_;
  Writer other_;
  int32_t reader_ = MailboxHeader::kInitialReader;
};

TEST_F(WriterTicker, IsPublishedAndMarked) {
  EXPECT_EQ(write(Ticker().with(ticker_last, 5)), WriteResult::written);
  EXPECT_TRUE(is_dirty(market_.store(), 0, 69));
  EXPECT_EQ(read(ticker_last), 5);
  EXPECT_TRUE(std::isnan(read(ticker_bid)));
}

TEST_F(WriterTicker, APartialUpdateKeepsTheOtherFieldsReadOrNot) {
  for (const bool read_between : {false, true}) {
    write(Ticker().with(ticker_last, 1).with(ticker_bid, 2));
    if (read_between) read(ticker_last);
    write(Ticker().with(ticker_ask, 3));
    if (read_between) read(ticker_last);
    write(Ticker().with(ticker_last, 4));
    EXPECT_EQ(read(ticker_last), 4);
    EXPECT_EQ(read(ticker_bid), 2);
    EXPECT_EQ(read(ticker_ask), 3);
  }
}

TEST_F(WriterTicker, ARefusedUpdateLeavesTheRecordAsItWas) {
  write(Ticker().with(ticker_last, 1).with(ticker_volume_24h, 7));
  is_dirty(market_.store(), 0, 69);
  const Ticker refused[] = {
      Ticker().with(ticker_last, kInf),
      Ticker().with(ticker_last, 2).with(ticker_bid, -kInf),
      Ticker().with(ticker_last, 2).with(ticker_volume_24h, -1),
      Ticker().with(ticker_last, 2).with(ticker_quote_volume_24h, -1),
      Ticker().with(ticker_last, 2).with(ticker_high_24h, 1).with(ticker_low_24h, 2),
      Ticker(),
      Ticker().with(ticker_time, 1000),
  };
  for (const Ticker& ticker : refused) {
    EXPECT_EQ(write(ticker), WriteResult::invalid);
    EXPECT_FALSE(is_dirty(market_.store(), 0, 69));
    EXPECT_EQ(market_.store().ticker(69).box.version, 1);
    EXPECT_EQ(read(ticker_last), 1);
    EXPECT_EQ(read(ticker_volume_24h), 7);
  }
}

TEST_F(WriterTicker, ARefusedUpdateClaimsNothing) {
  EXPECT_EQ(write(Ticker().with(ticker_last, kInf)), WriteResult::invalid);
  EXPECT_EQ(other_.update_ticker(69, Ticker().with(ticker_last, 1).fields), WriteResult::written);
}

TEST_F(WriterTicker, HasOneOwnerUntilItIsReleased) {
  EXPECT_EQ(write(Ticker().with(ticker_last, 1).with(ticker_bid, 9)), WriteResult::written);
  EXPECT_EQ(other_.update_ticker(69, Ticker().with(ticker_last, 2).fields), WriteResult::owned);
  EXPECT_EQ(read(ticker_last), 1);
  other_.release_ticker(69);
  EXPECT_EQ(other_.update_ticker(69, Ticker().with(ticker_last, 2).fields), WriteResult::owned)
      << "who does not own it cannot release it";
  writer_.release_ticker(69);
  EXPECT_EQ(other_.update_ticker(69, Ticker().with(ticker_last, 2).fields), WriteResult::written);
  EXPECT_EQ(read(ticker_last), 2);
  EXPECT_EQ(read(ticker_bid), 9) << "the new owner goes on from the old one's values";
  EXPECT_EQ(write(Ticker().with(ticker_last, 3)), WriteResult::owned);
}

}  // namespace
}  // namespace tickscan::market
