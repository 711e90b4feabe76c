// SPDX-License-Identifier: MIT

// The same check by Go's net/http and Redis.
package main

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"log"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/gomodule/redigo/redis"
)

type session struct {
	UserID      string `json:"userId"`
	IdleExpires int64  `json:"idleExpires"`
}

type userInfo struct {
	ID          string `json:"id"`
	NickName    string `json:"nickName"`
	AvatarURL   string `json:"avatarUrl"`
	Gender      int    `json:"gender"`
	Language    string `json:"language"`
	Country     string `json:"country"`
	Province    string `json:"province"`
	City        string `json:"city"`
	PhoneNumber string `json:"phoneNumber"`
}

type data struct {
	UserInfo  userInfo `json:"userInfo"`
	ExpiresIn int64    `json:"expiresIn"`
}

type reply struct {
	Code string `json:"code"`
	Data *data  `json:"data,omitempty"`
}

var pool = redis.Pool{
	MaxIdle: 64,
	Dial: func() (redis.Conn, error) {
		return redis.Dial("unix", os.Getenv("REDIS"))
	},
}

func send(w http.ResponseWriter, status int, r reply) {
	var id [16]byte

	_, _ = rand.Read(id[:])
	h := w.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Request-Id", hex.EncodeToString(id[:]))
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(r)
}

func check(w http.ResponseWriter, r *http.Request) {
	var s session

	token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	sum := sha256.Sum256([]byte(token))
	c := pool.Get()
	text, err := redis.Bytes(c.Do("GET", "session:"+hex.EncodeToString(sum[:])))
	c.Close()
	now := time.Now().Unix()
	if err != nil || json.Unmarshal(text, &s) != nil || s.IdleExpires <= now {
		send(w, 401, reply{Code: "AUTH_INVALID"})
		return
	}
	send(w, 200, reply{"OK", &data{userInfo{ID: s.UserID}, s.IdleExpires - now}})
}

func main() {
	http.HandleFunc("/checksession", check)
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), nil))
}
